use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kernel::Secret;
use mail::smtp::{Dial, Dialing, Login, Sender, Smtp, SmtpSettings, TlsMode};
use mail::{MailAddress, test_letter};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "mail.tls_only",
    "ID-12",
    "To a mail server that does not encrypt, the SMTP client says EHLO and STARTTLS, or no more than the first bytes of TLS: no login, no address, no mail.",
);

/// A mail server that takes whatever comes, in clear.
#[derive(Debug, Clone, Copy)]
enum Trap {
    /// It has never heard of STARTTLS.
    Ignorant,
    /// It offers STARTTLS, and then cannot.
    Unable,
    /// It says that TLS begins, and goes on in clear.
    Pretending,
    /// It speaks in clear where TLS should begin with the first byte.
    Clear,
}

/// Longer than a client that holds back takes to hang up.
const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_LINE: u64 = 2_000;
/// What a client says on its way to a mail.
const GIVEN_AWAY: [&str; 4] = ["AUTH", "MAIL FROM", "RCPT TO", "DATA"];

pub(super) async fn run(context: &Context) -> Found {
    looked(mail_in_clear(|server, mode| send(context, server, mode)).await)
}

/// Has `send` take a mail to each of the traps; it tells whether the mail was taken.
pub async fn mail_in_clear<F, S>(send: F) -> Look
where
    F: Fn(SocketAddr, TlsMode) -> S,
    S: Future<Output = bool>,
{
    for trap in [Trap::Ignorant, Trap::Unable, Trap::Pretending, Trap::Clear] {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let server = listener.local_addr()?;
        // What a client says first: to the last one, the beginning of TLS.
        let (mode, first) = match trap {
            Trap::Clear => (TlsMode::Implicit, ""),
            _ => (TlsMode::StartTls, "EHLO"),
        };
        let (heard, taken) = tokio::join!(listen(listener, trap), send(server, mode));
        if let Some(word) = GIVEN_AWAY.iter().find(|word| heard.contains(**word)) {
            fail!("the SMTP client said {word} in clear ({trap:?})");
        }
        if heard.is_empty() || !heard.contains(first) {
            return Ok(Found::Error(format!(
                "the SMTP client said nothing at all ({trap:?})"
            )));
        }
        if taken {
            fail!("a mail counts as sent that went nowhere ({trap:?})");
        }
    }
    Ok(Found::Pass(
        "four mail servers without encryption, one of them on a port for TLS, heard no login, no address and no mail".to_owned(),
    ))
}

struct Loopback(SocketAddr);

impl Dial for Loopback {
    fn dial<'a>(&'a self, _: &'a str, _: u16) -> Dialing<'a> {
        Box::pin(TcpStream::connect(self.0))
    }
}

async fn send(context: &Context, server: SocketAddr, tls: TlsMode) -> bool {
    let Ok(address) = MailAddress::parse("control@controls.invalid") else {
        return false;
    };
    let settings = SmtpSettings {
        host: "localhost".to_owned(),
        port: server.port(),
        tls,
        login: Some(Login {
            username: "control".to_owned(),
            password: Secret::new("control".to_owned()),
        }),
        from: Sender {
            address: address.clone(),
            name: "Control".to_owned(),
        },
        hello: "controls.invalid".to_owned(),
        authorities: Vec::new(),
        timeout: PATIENCE,
    };
    let client = Smtp::new(settings, Arc::new(Loopback(server)));
    let (Ok(client), Ok(letter)) = (client, test_letter("https://controls.invalid")) else {
        return false;
    };
    let moment = (context.now(), context.db.chance());
    client.send(&letter, &address, moment).await.is_ok()
}

/// What a client says in clear until it hangs up, in capitals.
async fn listen(listener: TcpListener, trap: Trap) -> String {
    let mut heard = Vec::new();
    let played = play(listener, trap, &mut heard);
    // A client that waits, or hangs up in the middle, has said what it has said.
    let _ = tokio::time::timeout(PATIENCE, played).await;
    String::from_utf8_lossy(&heard).to_uppercase()
}

async fn play(listener: TcpListener, trap: Trap, heard: &mut Vec<u8>) -> io::Result<()> {
    let (stream, _) = listener.accept().await?;
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 control ESMTP\r\n").await?;
    loop {
        let start = heard.len();
        let mut line = (&mut stream).take(LONGEST_LINE);
        if line.read_until(b'\n', heard).await? == 0 {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&heard[start..]).to_uppercase();
        let answer = answer(trap, said.trim());
        // Whoever does not wait for it may have hung up, and still have said more.
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

fn answer(trap: Trap, said: &str) -> &'static str {
    match (trap, said.split([' ', ':']).next().unwrap_or_default()) {
        (Trap::Ignorant, "EHLO") => "250-control\r\n250 AUTH PLAIN LOGIN\r\n",
        (_, "EHLO") => "250-control\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
        (Trap::Pretending, "STARTTLS") => "220 go ahead\r\n",
        (_, "STARTTLS") => "454 not now\r\n",
        (_, "AUTH") => "235 welcome\r\n",
        (_, "DATA") => "354 go on\r\n",
        _ => "250 yes\r\n",
    }
}
