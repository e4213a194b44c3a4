use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::error::{SmtpError, plain};

/// A reply is at most this long: RFC 5321 4.5.3.1.5 says 512 a line, and no greeting needs ten.
const MAX_REPLY_BYTES: u64 = 8_192;

/// Leads a fresh connection to the point where TLS begins (RFC 3207). Nothing of a mail, and no name
/// or password, is said here.
pub(super) async fn begin(tcp: TcpStream, hello: &str) -> Result<TcpStream, SmtpError> {
    let mut talk = Talk(BufReader::new(tcp));
    expect(&talk.reply().await?, "220")?;
    let offer = talk.ask(&format!("EHLO {hello}\r\n")).await?;
    expect(&offer, "250")?;
    let is_offered = offer.iter().any(|line| {
        line.get(4..)
            .is_some_and(|keyword| keyword.trim().eq_ignore_ascii_case("STARTTLS"))
    });
    if !is_offered {
        talk.leave().await;
        return Err(SmtpError::NoTls);
    }
    let ready = talk.ask("STARTTLS\r\n").await?;
    expect(&ready, "220").map_err(|_| SmtpError::NoTls)?;
    // What came in clear behind the last line would be read as if it had come encrypted
    // (CVE-2011-0411): RFC 3207 4.2 has both sides forget everything.
    if !talk.0.buffer().is_empty() {
        return Err(SmtpError::Injected);
    }
    Ok(talk.0.into_inner())
}

struct Talk(BufReader<TcpStream>);

impl Talk {
    async fn ask(&mut self, line: &str) -> Result<Vec<String>, SmtpError> {
        let wrote = self.0.get_mut().write_all(line.as_bytes()).await;
        wrote.map_err(|error| SmtpError::Unreachable(plain(&error.to_string())))?;
        self.reply().await
    }

    /// The lines of one reply.
    async fn reply(&mut self) -> Result<Vec<String>, SmtpError> {
        let mut limited = (&mut self.0).take(MAX_REPLY_BYTES);
        let mut lines = Vec::new();
        loop {
            let mut bytes = Vec::new();
            let read = limited.read_until(b'\n', &mut bytes).await;
            read.map_err(|error| SmtpError::Unreachable(plain(&error.to_string())))?;
            if !bytes.ends_with(b"\n") {
                return Err(SmtpError::NotNow(
                    "it hung up, or does not speak SMTP".to_owned(),
                ));
            }
            let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            let goes_on = line.as_bytes().get(3) == Some(&b'-');
            lines.push(line);
            if !goes_on {
                return Ok(lines);
            }
        }
    }

    async fn leave(&mut self) {
        // Politeness; the connection ends in any case.
        let _ = self.0.get_mut().write_all(b"QUIT\r\n").await;
    }
}

fn expect(reply: &[String], code: &str) -> Result<(), SmtpError> {
    if reply.iter().all(|line| line.starts_with(code)) {
        return Ok(());
    }
    Err(SmtpError::NotNow(plain(&reply.join(" "))))
}
