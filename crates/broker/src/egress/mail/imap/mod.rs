//! IMAP (RFC 9051, RFC 3501), to read: on encrypted connections alone, and of mails what their headers say.

mod command;
mod fetch;
mod mailbox_name;
mod page;
mod response;
mod session;
mod token;

use std::collections::BTreeSet;

use manifest::{MailCall, MailField};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::send::{Account, Given};
use crate::egress::error::EgressError;
use session::Session;

/// What is asked for of each mail, and how much is read of a server at all.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) fields: &'a BTreeSet<MailField>,
    /// In bytes.
    pub(super) limit: usize,
}

/// IMAP has no numbers: records show those that HTTP has for the same.
pub(super) mod status {
    pub(in crate::egress::mail) const OK: u16 = 200;
    pub(in crate::egress::mail) const UNAUTHORIZED: u16 = 401;
    pub(in crate::egress::mail) const FORBIDDEN: u16 = 403;
    pub(in crate::egress::mail) const NOT_FOUND: u16 = 404;
    pub(in crate::egress::mail) const GONE: u16 = 410;
    pub(in crate::egress::mail) const UNAVAILABLE: u16 = 503;
}

/// A refusal with one of these.
const fn refused(status: u16) -> EgressError {
    EgressError::Status {
        status,
        rate: manifest::RateLimit {
            limit: None,
            remaining: None,
            reset: None,
            retry_after: None,
        },
    }
}

const MALFORMED: EgressError = EgressError::Malformed { status: status::OK };

/// Signs in, opens the mailbox to read, reads, and leaves.
pub(super) async fn read(
    stream: TlsStream<TcpStream>,
    is_greeted: bool,
    (account, call): (Account<'_>, &MailCall),
    reading: Reading<'_>,
) -> Result<Given, EgressError> {
    let mut session = Session::begin(stream, is_greeted, reading.limit).await?;
    session.sign_in(account).await?;
    let answer = match call {
        MailCall::Examine { mailbox } => {
            let opened = session.examine(mailbox).await?;
            json!({ "uid_validity": opened.uid_validity, "messages": opened.messages })
        }
        MailCall::Fetch {
            mailbox,
            after,
            limit,
        } => {
            let opened = session.examine(mailbox).await?;
            page::read(&mut session, (opened, *after, *limit), reading).await?
        }
        MailCall::Noop | MailCall::Send(_) => return Err(MALFORMED),
    };
    let bytes = session.leave().await;
    Ok(Given {
        status: status::OK,
        answer,
        bytes,
    })
}
