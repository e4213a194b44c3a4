//! A server that says what a test tells it to, whatever it is asked.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::Secret;
use manifest::{Arguments, InstanceUrl, Manifest, PlannedRequest};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::approved_write::{ApprovedWrite, Binding};
use crate::credential::Credential;
use crate::egress::{
    Egress, EgressError, EgressPolicy, FilteredResponse, LookingUp, Lookup, Route,
};

/// What a server does next.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Says this, with the tag of the last line in place of `{tag}`.
    Say(String),
    /// Waits for a line.
    Hear,
    /// Encrypts from here on.
    Encrypt,
    /// A line without an end, and without pause.
    Flood,
    /// A byte each 50 ms, for ever.
    Drip,
    /// Hears everything until the line that is a dot.
    HearMail,
    /// Hears lines, and says nothing.
    Silence,
}

pub(super) fn say(text: &str) -> Step {
    Step::Say(text.to_owned())
}

pub(super) struct Scripted {
    pub(super) port: u16,
    authority: CertificateDer<'static>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Does these steps on its first connection, and then ends it.
    pub(super) async fn start(steps: Vec<Step>) -> Self {
        let (tls, authority) = acceptor();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            let at = steps.iter().position(|step| matches!(step, Step::Encrypt));
            let (clear, encrypted) = steps.split_at(at.unwrap_or(steps.len()));
            let mut tcp = BufReader::new(tcp);
            if play(&mut tcp, clear, &hears).await.is_err() || encrypted.is_empty() {
                return;
            }
            let Ok(stream) = tls.accept(tcp.into_inner()).await else {
                return;
            };
            let mut stream = BufReader::new(stream);
            let _ = play(&mut stream, &encrypted[1..], &hears).await;
            let _ = stream.shutdown().await;
        });
        Self {
            port,
            authority,
            heard,
        }
    }

    /// The lines that it heard, without the parts of names and passwords.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    pub(super) fn has_heard(&self, word: &str) -> bool {
        self.heard().iter().any(|line| line.contains(word))
    }
}

async fn play<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    steps: &[Step],
    heard: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut tag = String::new();
    for step in steps {
        match step {
            Step::Say(text) => {
                stream
                    .write_all(text.replace("{tag}", &tag).as_bytes())
                    .await?;
            }
            Step::Hear => {
                let line = hear(stream, heard).await?;
                tag = line.split(' ').next().unwrap_or_default().to_owned();
            }
            Step::HearMail => while hear(stream, heard).await? != "." {},
            Step::Silence => loop {
                hear(stream, heard).await?;
            },
            Step::Flood => loop {
                stream.write_all(&[b'x'; 8 * 1024]).await?;
            },
            Step::Drip => loop {
                stream.write_all(b"*").await?;
                stream.flush().await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            },
            Step::Encrypt => unreachable!("once"),
        }
        stream.flush().await?;
    }
    Ok(())
}

async fn hear<S: AsyncRead + Unpin>(
    stream: &mut BufReader<S>,
    heard: &Mutex<Vec<String>>,
) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let line = line.trim_end().to_owned();
    heard.lock().unwrap().push(line.clone());
    Ok(line)
}

fn acceptor() -> (TlsAcceptor, CertificateDer<'static>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["mail.internal".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (
        TlsAcceptor::from(Arc::new(config)),
        authority.as_ref().der().clone(),
    )
}

struct Loopback;

impl Lookup for Loopback {
    fn lookup(&self, _: String) -> LookingUp {
        Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
    }
}

/// A door, and a connection to a server behind it.
pub(super) struct MailDoor {
    pub(super) egress: Egress,
    manifest: Manifest,
    instance: InstanceUrl,
}

impl MailDoor {
    /// To `server`, at an address that begins with `scheme`.
    pub(super) fn to(server: &Scripted, scheme: &str) -> Self {
        let listed = format!("mail.internal:{}", server.port);
        let policy = EgressPolicy {
            private: [listed.parse().unwrap()].into(),
            extra_roots: vec![server.authority.clone()],
            timeout: Duration::from_secs(2),
            max_answer_bytes: 256 * 1024,
            ..EgressPolicy::default()
        };
        Self::at(&format!("{scheme}://{listed}"), policy, Arc::new(Loopback))
    }

    pub(super) fn at(address: &str, policy: EgressPolicy, lookup: Arc<dyn Lookup>) -> Self {
        let text = if address.starts_with("imap") {
            include_str!("../../../../../../connectors/imap.toml")
        } else {
            include_str!("../../../../../../connectors/smtp.toml")
        };
        let manifest = Manifest::parse(text).unwrap();
        let instance = manifest.instance.as_ref().unwrap().read(address).unwrap();
        Self {
            egress: Egress::new(policy, lookup).unwrap(),
            manifest,
            instance,
        }
    }

    pub(super) fn plan(&self, operation: &str, given: &Value) -> PlannedRequest {
        let operation = self.manifest.operation(operation).unwrap();
        let key = (operation.id == "send_mail").then(|| "apr_01jq2m5x8e9f0g1h".parse().unwrap());
        let facts = self.egress.facts(Some(&self.instance));
        let given = Arguments::try_from(given).unwrap();
        PlannedRequest::plan(operation, &facts, &given, key.as_ref()).unwrap()
    }

    pub(super) const fn route(&self) -> Route<'_> {
        Route {
            manifest: &self.manifest,
            instance: Some(&self.instance),
            mark: None,
        }
    }

    pub(super) async fn read(
        &self,
        operation: &str,
        given: &Value,
    ) -> Result<FilteredResponse, EgressError> {
        let request = self.plan(operation, given);
        self.egress
            .send_read(&request, self.route(), &account("ada@mail.test"))
            .await
    }

    /// Sends a mail that was approved, by `user`.
    pub(super) async fn send(
        &self,
        given: &Value,
        user: &str,
    ) -> Result<FilteredResponse, EgressError> {
        let request = self.plan("send_mail", given);
        let approved = approved(&request);
        self.egress
            .send_write(&request, self.route(), &account(user), approved)
            .await
    }
}

pub(super) fn account(user: &str) -> Credential {
    Credential::Mail(Secret::new(format!("{user}:canary-password")))
}

/// An approval of exactly this request.
pub(super) fn approved(request: &PlannedRequest) -> ApprovedWrite {
    let nil = uuid::Uuid::nil();
    let binding = Binding {
        organisation: nil.into(),
        connection: nil.into(),
        proposal: nil.into(),
        app: "smtp".to_owned(),
        operation: "send_mail".to_owned(),
        actor: "test".to_owned(),
        manifest_sha256: String::new(),
    };
    let hash = binding.payload_hash(request).unwrap();
    ApprovedWrite::of_test(hash, binding)
}
