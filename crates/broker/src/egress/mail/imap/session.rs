use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use zeroize::Zeroizing;

use super::command::{Command, quoted};
use super::response::{Response, Status, next};
use super::{MALFORMED, refused, status};
use crate::egress::error::EgressError;
use crate::egress::mail::lines::Lines;
use crate::egress::mail::send::Account;

/// A server that is listened to.
pub(super) struct Session {
    lines: Lines<TlsStream<TcpStream>>,
    limit: usize,
    tag: u32,
}

/// A mailbox that is open to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opened {
    pub(super) uid_validity: u32,
    /// The UID that the next mail gets.
    pub(super) uid_next: u32,
    pub(super) messages: u32,
}

/// How long a farewell may take: everything is read by then.
const FAREWELL: Duration = Duration::from_secs(1);
/// Responses to one command, beyond which a server only talks.
const MAX_RESPONSES: usize = 200_000;

impl Session {
    /// Takes the greeting. One that says that we are signed in already is another server's, or nobody's.
    pub(super) async fn begin(
        stream: TlsStream<TcpStream>,
        is_greeted: bool,
        limit: usize,
    ) -> Result<Self, EgressError> {
        let mut session = Self {
            lines: Lines::new(stream, limit),
            limit,
            tag: 0,
        };
        if !is_greeted {
            match next(&mut session.lines).await? {
                Response::Told(told) if told.is_ok() => {}
                Response::Told(told) if told.word == "BYE" => {
                    return Err(refused(status::UNAVAILABLE));
                }
                _ => return Err(MALFORMED),
            }
        }
        Ok(session)
    }

    /// Whether half of what may be read of the server was read.
    pub(super) const fn is_half_used(&self) -> bool {
        self.lines.used() > self.limit / 2
    }

    /// Says a command, and hands what the server says before its end to `hear`.
    pub(super) async fn say(
        &mut self,
        command: &Command<'_>,
        hear: impl FnMut(Response),
    ) -> Result<Status, EgressError> {
        let tag = self.begin_command(command).await?;
        self.end_command(&tag, hear).await
    }

    async fn begin_command(&mut self, command: &Command<'_>) -> Result<String, EgressError> {
        self.tag += 1;
        let tag = format!("C{}", self.tag);
        let line = Zeroizing::new(format!("{tag} {}\r\n", *command.text()));
        self.lines.write(line.as_bytes()).await?;
        Ok(tag)
    }

    async fn end_command(
        &mut self,
        tag: &str,
        mut hear: impl FnMut(Response),
    ) -> Result<Status, EgressError> {
        for _ in 0..MAX_RESPONSES {
            match next(&mut self.lines).await? {
                Response::Done(found, status) if found == tag => return Ok(status),
                Response::Done(..) | Response::GoOn => return Err(MALFORMED),
                Response::Told(told) if told.word == "BYE" => {
                    return Err(refused(status::UNAVAILABLE));
                }
                other => hear(other),
            }
        }
        Err(MALFORMED)
    }

    /// Signs in by PLAIN (RFC 4616), or by LOGIN where the server does not know that.
    pub(super) async fn sign_in(&mut self, account: Account<'_>) -> Result<(), EgressError> {
        let mut can = Vec::new();
        let told = self.say(&Command::Capability, |response| {
            if let Response::Capability(words) = response {
                can.extend(
                    words
                        .into_iter()
                        .filter(|word| WORDS.contains(&word.as_str())),
                );
            }
        });
        if !told.await?.is_ok() {
            return Err(MALFORMED);
        }
        let has = |word: &str| can.iter().any(|found| found == word);
        let told = if has("AUTH=PLAIN") {
            self.authenticate(account, has("SASL-IR")).await?
        } else if has("LOGINDISABLED") {
            return Err(EgressError::Credential);
        } else {
            self.log_in(account).await?
        };
        match told.word.as_str() {
            "OK" => Ok(()),
            "NO" if is_passing(&told) => Err(refused(status::UNAVAILABLE)),
            "NO" => Err(refused(status::UNAUTHORIZED)),
            _ => Err(MALFORMED),
        }
    }

    async fn authenticate(
        &mut self,
        account: Account<'_>,
        at_once: bool,
    ) -> Result<Status, EgressError> {
        let pair = Zeroizing::new(format!("\0{}\0{}", account.user, account.password));
        let answer = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
        if at_once {
            let command = Command::AuthenticatePlain(Some(&answer));
            return self.say(&command, |_| {}).await;
        }
        let tag = self
            .begin_command(&Command::AuthenticatePlain(None))
            .await?;
        loop {
            match next(&mut self.lines).await? {
                Response::GoOn => break,
                Response::Done(found, status) if found == tag => return Ok(status),
                Response::Done(..) => return Err(MALFORMED),
                Response::Told(told) if told.word == "BYE" => {
                    return Err(refused(status::UNAVAILABLE));
                }
                _ => {}
            }
        }
        let line = Zeroizing::new(format!("{}\r\n", *answer));
        self.lines.write(line.as_bytes()).await?;
        self.end_command(&tag, |_| {}).await
    }

    /// What does not stand in quotes is not sent so.
    async fn log_in(&mut self, account: Account<'_>) -> Result<Status, EgressError> {
        let pair = [account.user, account.password];
        if !pair
            .iter()
            .all(|text| text.bytes().all(|b| matches!(b, b' '..=b'~')))
        {
            return Err(EgressError::Credential);
        }
        let [user, password] = pair.map(|text| Zeroizing::new(quoted(text)));
        self.say(&Command::Login(&user, &password), |_| {}).await
    }

    /// Opens a mailbox to read.
    pub(super) async fn examine(&mut self, mailbox: &str) -> Result<Opened, EgressError> {
        let (mut validity, mut uid_next, mut messages) = (None, None, 0);
        let command = Command::Examine(mailbox);
        let told = self.say(&command, |response| match response {
            Response::Exists(number) => messages = number,
            Response::Told(told) => {
                validity = validity.or(told.number("UIDVALIDITY"));
                uid_next = uid_next.or(told.number("UIDNEXT"));
            }
            _ => {}
        });
        let told = told.await?;
        match told.word.as_str() {
            "OK" => {}
            "NO" if is_passing(&told) => return Err(refused(status::UNAVAILABLE)),
            "NO" if told.says("NOPERM") => return Err(refused(status::FORBIDDEN)),
            "NO" => return Err(refused(status::NOT_FOUND)),
            _ => return Err(MALFORMED),
        }
        match (validity, uid_next) {
            (Some(uid_validity), Some(uid_next)) if uid_validity > 0 && uid_next > 0 => {
                Ok(Opened {
                    uid_validity,
                    uid_next,
                    messages,
                })
            }
            // Without them no place in the mailbox is one.
            _ => Err(MALFORMED),
        }
    }

    /// Says goodbye, and how much was read. What the server answers to that changes nothing.
    pub(super) async fn leave(mut self) -> usize {
        let farewell = self.say(&Command::Logout, |_| {});
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
        self.lines.used()
    }
}

/// What is asked of a server's capabilities.
const WORDS: [&str; 3] = ["AUTH=PLAIN", "SASL-IR", "LOGINDISABLED"];

/// RFC 5530 3: what passes by itself.
pub(super) fn is_passing(status: &Status) -> bool {
    ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN"]
        .iter()
        .any(|code| status.says(code))
}
