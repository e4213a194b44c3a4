use std::sync::atomic::{AtomicBool, Ordering};

use kernel::Secret;
use manifest::{Admitted, Letter, MailCall, PlannedRequest, Scheme, Undeclared};
use serde_json::Value;
use time::OffsetDateTime;

use super::compose::compose;
use super::imap::{self, Reading};
use super::read_back::read_back;
use super::smtp;
use super::stream::open;
use crate::approved_write::ApprovedWrite;
use crate::credential::Credential;
use crate::egress::answer::FilteredResponse;
use crate::egress::error::EgressError;
use crate::egress::filter::{Sieve, filter};
use crate::egress::send::{Egress, Route, allow};

/// The longest text that a declared field may hold, in bytes.
const MAX_TEXT_BYTES: usize = 2048;
/// What records show of a login: a server of SMTP says nothing else that is of use.
const SIGNED_IN: u16 = 235;

/// A call as it will be said.
enum Leaving {
    /// To read, or to sign in.
    Asked(MailCall),
    /// A mail, to the last byte.
    Mail { letter: Letter, bytes: Vec<u8> },
}

/// What a server of mail gave.
pub(super) struct Given {
    pub(super) status: u16,
    /// What is filtered like the body of an answer.
    pub(super) answer: Value,
    pub(super) bytes: usize,
}

impl Egress {
    /// The same as over HTTP, to a server of mail.
    pub(in crate::egress) async fn send_mail(
        &self,
        planned: &PlannedRequest,
        route: Route<'_>,
        (credential, approved): (&Credential, Option<ApprovedWrite>),
    ) -> Result<FilteredResponse, EgressError> {
        let begun = approved.as_ref().map(ApprovedWrite::begun);
        let leaving = Leaving::of(planned, begun).ok_or(UNDECLARED)?;
        let wire = leaving.call().wire().ok_or(UNDECLARED)?;
        let request = wire.request(planned.origin());
        let Admitted {
            operation,
            request: sent,
        } = route
            .manifest
            .admit(&request, &self.facts(route.instance))
            .map_err(EgressError::Undeclared)?;
        allow((operation, &sent), planned, credential, approved)?;
        let account = Account::of(credential)?;
        if let Leaving::Mail { letter, .. } = &leaving {
            account.may_send(letter)?;
        }
        let reading = Reading {
            fields: &operation.mail_fields,
            limit: self.policy.max_answer_bytes,
        };
        let given = self
            .exchange_mail(planned, &leaving, (account, reading))
            .await?;
        let text = serde_json::to_vec(&given.answer);
        let text = text.map_err(|_| EgressError::Malformed {
            status: given.status,
        })?;
        let sieve = Sieve {
            tree: operation.sieve(),
            mark: route.mark,
            max_text_bytes: MAX_TEXT_BYTES,
        };
        let kept = filter(&text, sieve);
        let kept = kept.map_err(|_| EgressError::Malformed {
            status: given.status,
        })?;
        let next_page = route.manifest.next_page(operation, &kept, None);
        Ok(FilteredResponse {
            status: given.status,
            kept,
            bytes: given.bytes,
            next_page,
            rate: manifest::RateLimit::default(),
            credential: manifest::CredentialTold::default(),
        })
    }

    /// All within the time of a call.
    async fn exchange_mail(
        &self,
        planned: &PlannedRequest,
        leaving: &Leaving,
        (account, reading): (Account<'_>, Reading<'_>),
    ) -> Result<Given, EgressError> {
        let origin = planned.origin();
        let (guard, tls) = self.clients.mail(origin);
        // From the end of a mail on, the server may have taken it.
        let is_sent = AtomicBool::new(false);
        let is_greeted = matches!(origin.scheme(), Scheme::Imap | Scheme::Smtp);
        let whole = async {
            let stream = open(origin, (&guard, &tls)).await?;
            match leaving {
                Leaving::Asked(call @ (MailCall::Examine { .. } | MailCall::Fetch { .. })) => {
                    imap::read(stream, is_greeted, (account, call), reading).await
                }
                Leaving::Asked(_) => {
                    let session = smtp::sign_in(stream, is_greeted, account).await?;
                    session.leave(SIGNED_IN).await
                }
                Leaving::Mail { letter, bytes } => {
                    let session = smtp::sign_in(stream, is_greeted, account).await?;
                    session.send((letter, bytes), &is_sent).await
                }
            }
        };
        match tokio::time::timeout(self.policy.timeout, whole).await {
            Ok(given) => given,
            Err(_) => Err(EgressError::Timeout {
                sent: is_sent.load(Ordering::Acquire),
                status: None,
            }),
        }
    }
}

/// Whether whoever signs in with the credential may send the mail that was planned: what is looked at again when it is
/// sent, told before anybody is asked to approve it.
pub(crate) fn check_sender(
    planned: &PlannedRequest,
    credential: &Credential,
) -> Result<(), EgressError> {
    match MailCall::of(planned) {
        Some(MailCall::Send(letter)) => Account::of(credential)?.may_send(&letter),
        _ => Ok(()),
    }
}

impl Leaving {
    /// Makes the bytes of a mail, and reads back what they say: that is what is recognised and held against the approval.
    fn of(planned: &PlannedRequest, begun: Option<OffsetDateTime>) -> Option<Self> {
        match MailCall::of(planned)? {
            MailCall::Send(letter) => {
                let date = begun.unwrap_or(OffsetDateTime::UNIX_EPOCH);
                let bytes = compose(&letter, date)?;
                let letter = read_back(&bytes)?;
                Some(Self::Mail { letter, bytes })
            }
            call => Some(Self::Asked(call)),
        }
    }

    fn call(&self) -> MailCall {
        match self {
            Self::Asked(call) => call.clone(),
            Self::Mail { letter, .. } => MailCall::Send(letter.clone()),
        }
    }
}

/// A user and a password.
#[derive(Clone, Copy)]
pub(super) struct Account<'a> {
    pub(super) user: &'a str,
    pub(super) password: &'a str,
}

impl<'a> Account<'a> {
    fn of(credential: &'a Credential) -> Result<Self, EgressError> {
        let Credential::Mail(pair) = credential else {
            return Err(EgressError::CredentialClass);
        };
        let pair: &Secret<String> = pair;
        let (user, password) = pair
            .expose()
            .split_once(':')
            .ok_or(EgressError::Credential)?;
        // RFC 4616 2: NUL stands between the parts.
        if user.is_empty() || pair.expose().chars().any(char::is_control) {
            return Err(EgressError::Credential);
        }
        Ok(Self { user, password })
    }

    /// Where the user is an address, a mail is in its name and no other: many servers let whoever signs in say anything.
    fn may_send(self, letter: &Letter) -> Result<(), EgressError> {
        let is_address = self.user.contains('@');
        if is_address && !letter.from.as_str().eq_ignore_ascii_case(self.user) {
            return Err(EgressError::Sender);
        }
        Ok(())
    }
}

const UNDECLARED: EgressError = EgressError::Undeclared(Undeclared::Address);
