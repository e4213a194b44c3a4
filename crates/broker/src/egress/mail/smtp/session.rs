use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use manifest::{Letter, Refusal};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use zeroize::Zeroizing;

use super::reply::Reply;
use crate::egress::error::EgressError;
use crate::egress::mail::lines::Lines;
use crate::egress::mail::send::{Account, Given};

/// How we greet: RFC 5321 4.1.4 lets a client without a name of its own give an address, and ours is nobody's business.
pub(in crate::egress::mail) const EHLO: &str = "EHLO [127.0.0.1]";
/// The most that is read of a server in one connection, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// How long a farewell may take: everything is said by then.
const FAREWELL: Duration = Duration::from_secs(1);

/// A server that a user is signed in to.
pub(in crate::egress::mail) struct Session {
    lines: Lines<TlsStream<TcpStream>>,
}

/// Greets and signs in.
pub(in crate::egress::mail) async fn sign_in(
    stream: TlsStream<TcpStream>,
    is_greeted: bool,
    account: Account<'_>,
) -> Result<Session, EgressError> {
    let mut session = Session {
        lines: Lines::new(stream, MAX_BYTES),
    };
    if !is_greeted {
        let greeting = session.reply().await?;
        expected(greeting, 220)?;
    }
    let offer = session.say(EHLO).await?;
    let offer = expected(offer, 250)?;
    session.authenticate(&offer, account).await?;
    Ok(session)
}

impl Session {
    async fn reply(&mut self) -> Result<Reply, EgressError> {
        Reply::read(&mut self.lines).await.map_err(|_| BEFORE)
    }

    async fn say(&mut self, line: &str) -> Result<Reply, EgressError> {
        let line = Zeroizing::new(format!("{line}\r\n"));
        self.lines
            .write(line.as_bytes())
            .await
            .map_err(|_| BEFORE)?;
        self.reply().await
    }

    /// RFC 4954, by PLAIN (RFC 4616) or, where a server knows nothing else, by LOGIN. The connection is encrypted.
    async fn authenticate(
        &mut self,
        offer: &Reply,
        account: Account<'_>,
    ) -> Result<(), EgressError> {
        let mechanisms = offer.offers("AUTH").unwrap_or_default();
        let has = |name: &str| mechanisms.iter().any(|mechanism| mechanism == name);
        let encode = |text: &str| Zeroizing::new(BASE64_STANDARD.encode(text));
        let reply = if has("PLAIN") {
            let pair = Zeroizing::new(format!("\0{}\0{}", account.user, account.password));
            let line = Zeroizing::new(format!("AUTH PLAIN {}", *encode(&pair)));
            self.say(&line).await?
        } else if has("LOGIN") {
            for said in ["AUTH LOGIN", &encode(account.user)] {
                let asked = self.say(said).await?;
                if asked.code != 334 {
                    return Err(refused_login(&asked));
                }
            }
            self.say(&encode(account.password)).await?
        } else {
            return Err(EgressError::Credential);
        };
        match reply.code {
            235 => Ok(()),
            _ => Err(refused_login(&reply)),
        }
    }

    /// Says goodbye. What the server answers to that changes nothing.
    pub(in crate::egress::mail) async fn leave(
        mut self,
        status: u16,
    ) -> Result<Given, EgressError> {
        self.farewell("QUIT").await;
        Ok(Given {
            status,
            answer: json!({}),
            bytes: self.lines.used(),
        })
    }

    async fn farewell(&mut self, line: &str) {
        let _ = tokio::time::timeout(FAREWELL, self.say(line)).await;
    }

    /// Sends the mail, once. The server takes it for everybody whom it names, or not at all.
    pub(in crate::egress::mail) async fn send(
        mut self,
        (letter, bytes): (&Letter, &[u8]),
        is_sent: &AtomicBool,
    ) -> Result<Given, EgressError> {
        if let Err(error) = self.announce(letter).await {
            // RFC 5321 4.1.1.10: nothing is left of it there.
            self.farewell("QUIT").await;
            return Err(error);
        }
        self.lines
            .write(&stuffed(bytes))
            .await
            .map_err(|_| BEFORE)?;
        // RFC 5321 4.1.1.4: from here on it may be the server's.
        is_sent.store(true, Ordering::Release);
        self.lines.write(b".\r\n").await.map_err(|_| AFTER)?;
        let reply = Reply::read(&mut self.lines).await.map_err(|_| AFTER)?;
        match reply.code {
            200..=299 => {}
            400..=599 => return Err(reply.refusal()),
            _ => return Err(AFTER),
        }
        let given = Given {
            status: reply.code,
            answer: json!({ "message_id": format!("{}@{}", letter.message_id, letter.from.domain()) }),
            bytes: self.lines.used(),
        };
        // The mail is taken: no time that a server needs to part makes an unknown outcome of that.
        tokio::spawn(async move { self.farewell("QUIT").await });
        Ok(given)
    }

    /// All that comes before the mail itself. One refused recipient refuses it for all.
    async fn announce(&mut self, letter: &Letter) -> Result<(), EgressError> {
        let reply = self.say(&format!("MAIL FROM:<{}>", letter.from)).await?;
        expected(reply, 250)?;
        for recipient in letter.recipients() {
            let reply = self.say(&format!("RCPT TO:<{recipient}>")).await?;
            if !matches!(reply.code, 250 | 251) {
                return Err(expected(reply, 250).err().unwrap_or(BEFORE));
            }
        }
        let reply = self.say("DATA").await?;
        expected(reply, 354).map(|_| ())
    }
}

/// Nothing was sent yet.
const BEFORE: EgressError = EgressError::Unreachable { sent: false };

/// Nobody knows whether the server has the mail.
const AFTER: EgressError = EgressError::Unreachable { sent: true };

/// The reply, if it has this code. Another good one is of no protocol that we speak.
fn expected(reply: Reply, code: u16) -> Result<Reply, EgressError> {
    match reply.code {
        found if found == code => Ok(reply),
        _ if reply.is_good() => Err(BEFORE),
        _ => Err(reply.refusal()),
    }
}

/// RFC 4954 6: 454 passes by itself; anything else says that the user or the password is none.
fn refused_login(reply: &Reply) -> EgressError {
    let why = match reply.code {
        400..=499 => Refusal::Wait,
        _ => Refusal::Reconnect,
    };
    EgressError::Declined {
        status: reply.code,
        why,
    }
}

/// RFC 5321 4.5.2: a line that begins with a dot gets another one. It ends with the end of a line.
fn stuffed(bytes: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(bytes.len() + 64);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.first() == Some(&b'.') {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    if !stuffed.ends_with(b"\r\n") {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_mail_is_the_dot_that_ends_it() {
        for (given, sent) in [
            ("a", "a\r\n"),
            (".\r\nb", "..\r\nb\r\n"),
            ("a\r\n.\r\n", "a\r\n..\r\n"),
            ("..\r\n", "...\r\n"),
        ] {
            assert_eq!(stuffed(given.as_bytes()), sent.as_bytes(), "{given:?}");
        }
    }
}
