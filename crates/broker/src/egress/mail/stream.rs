use manifest::{Origin, Scheme};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::lines::Lines;
use super::smtp::EHLO;
use crate::egress::error::EgressError;
use crate::egress::guard::{Guard, Refused};

/// The most that is read of a server before the connection is encrypted: a greeting and two answers.
const MAX_CLEAR_BYTES: usize = 16 * 1024;

/// An encrypted connection to the server of mail at `origin`.
pub(super) async fn open(
    origin: &Origin,
    (guard, tls): (&Guard, &TlsConnector),
) -> Result<TlsStream<TcpStream>, EgressError> {
    let tcp = match guard.connect().await {
        Ok(Some(tcp)) => tcp,
        Ok(None) | Err(Refused::Name) => return Err(EgressError::Unreachable { sent: false }),
        Err(Refused::Address) => return Err(EgressError::PrivateAddress),
    };
    let tcp = match origin.scheme() {
        Scheme::Imaps | Scheme::Smtps => tcp,
        Scheme::Imap => starttls_imap(tcp).await?,
        Scheme::Smtp => starttls_smtp(tcp).await?,
        Scheme::Https | Scheme::Http => return Err(EgressError::Insecure),
    };
    let host = origin.host().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(|_| EgressError::Tls)?;
    tls.connect(name, tcp).await.map_err(|_| EgressError::Tls)
}

/// RFC 9051 6.2.1. What the server offers in clear is not asked for: anybody on the way could have said it. A server that
/// greets with PREAUTH takes no STARTTLS, and is left.
async fn starttls_imap(tcp: TcpStream) -> Result<TcpStream, EgressError> {
    let mut lines = Lines::new(tcp, MAX_CLEAR_BYTES);
    if !is_ok(&lines.line().await.map_err(|_| EgressError::Tls)?, "*") {
        return Err(EgressError::Tls);
    }
    let said = lines.write(b"S1 STARTTLS\r\n").await;
    said.map_err(|_| EgressError::Tls)?;
    loop {
        let line = lines.line().await.map_err(|_| EgressError::Tls)?;
        if !line.starts_with(b"* ") {
            let ready = is_ok(&line, "S1");
            return upgraded(lines, ready);
        }
    }
}

fn is_ok(line: &[u8], tag: &str) -> bool {
    let line = String::from_utf8_lossy(line).to_ascii_uppercase();
    let mut words = line.split(' ');
    words.next() == Some(tag) && words.next() == Some("OK")
}

/// RFC 3207.
async fn starttls_smtp(tcp: TcpStream) -> Result<TcpStream, EgressError> {
    let mut lines = Lines::new(tcp, MAX_CLEAR_BYTES);
    let hello = format!("{EHLO}\r\n");
    for (said, code) in [(None, "220"), (Some(hello.as_str()), "250")] {
        if let Some(said) = said {
            let said = lines.write(said.as_bytes()).await;
            said.map_err(|_| EgressError::Tls)?;
        }
        if !answered(&mut lines, code).await? {
            return Err(EgressError::Tls);
        }
    }
    let said = lines.write(b"STARTTLS\r\n").await;
    said.map_err(|_| EgressError::Tls)?;
    let ready = answered(&mut lines, "220").await?;
    upgraded(lines, ready)
}

/// Whether the next answer of SMTP has this code.
async fn answered(lines: &mut Lines<TcpStream>, code: &str) -> Result<bool, EgressError> {
    loop {
        let line = lines.line().await.map_err(|_| EgressError::Tls)?;
        if !line.starts_with(code.as_bytes()) {
            return Ok(false);
        }
        if line.get(3) != Some(&b'-') {
            return Ok(true);
        }
    }
}

/// The connection, where it may be encrypted now. What came in clear behind the last line would be read as if it had come
/// encrypted (CVE-2011-0411): RFC 3207 4.2 has both sides forget everything.
fn upgraded(lines: Lines<TcpStream>, ready: bool) -> Result<TcpStream, EgressError> {
    if ready && !lines.is_ahead() {
        Ok(lines.into_inner())
    } else {
        Err(EgressError::Tls)
    }
}
