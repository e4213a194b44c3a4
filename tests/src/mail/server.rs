//! A mail server that is not ours: aiosmtpd.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::Secret;
use mail::Way;
use mail::smtp::{Login, Sender, SmtpSettings, TlsMode, read_authorities};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;

pub(crate) struct MailServer {
    child: Child,
    _stdin: ChildStdin,
    _folder: tempfile::TempDir,
    port: u16,
    said: Arc<Mutex<Vec<Value>>>,
    authority: String,
}

impl MailServer {
    /// A server in one of the modes of `tests/smtp/server.py`, with a certificate for `name`.
    pub(crate) fn start(mode: &str, name: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (authority, certificate, key) = certificate(name);
        let (certificate_file, key_file) =
            (folder.path().join("c.pem"), folder.path().join("k.pem"));
        std::fs::write(&certificate_file, certificate).unwrap();
        std::fs::write(&key_file, key).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let python = root.join("target/smtp-server/bin/python");
        assert!(
            python.exists(),
            "run ./dev test, which installs the mail server"
        );
        let mut child = Command::new(python)
            .arg(root.join("tests/smtp/server.py"))
            .arg(mode)
            .arg("--certificate")
            .arg(&certificate_file)
            .arg("--key")
            .arg(&key_file)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                hears
                    .lock()
                    .unwrap()
                    .push(serde_json::from_str(&line).unwrap());
            }
        });
        Self {
            child,
            _stdin: stdin,
            _folder: folder,
            port: u16::try_from(first["port"].as_u64().unwrap()).unwrap(),
            said,
            authority,
        }
    }

    /// The way to it, as `localhost`.
    pub(crate) fn way(&self, tls: TlsMode) -> Way {
        self.way_with(tls, None, &self.authority)
    }

    /// The same, with a name and a password.
    pub(crate) fn way_with_login(&self, tls: TlsMode, password: &str) -> Way {
        self.way_with(tls, Some(password), &self.authority)
    }

    /// The same, checked by the authority of another one.
    pub(crate) fn way_with_authority(&self, tls: TlsMode, other: &Self) -> Way {
        self.way_with(tls, None, &other.authority)
    }

    fn way_with(&self, tls: TlsMode, password: Option<&str>, authority: &str) -> Way {
        let settings = SmtpSettings {
            host: "localhost".to_owned(),
            port: self.port,
            tls,
            login: password.map(|password| Login {
                username: "countersign".to_owned(),
                password: Secret::new(password.to_owned()),
            }),
            from: Sender {
                address: mail::MailAddress::parse("no-reply@countersign.example").unwrap(),
                name: "Countersign".to_owned(),
            },
            hello: "countersign.example".to_owned(),
            authorities: read_authorities(authority.as_bytes()).unwrap(),
            timeout: Duration::from_secs(6),
        };
        Way::Smtp(Arc::new(server::post::smtp(settings).unwrap()))
    }

    /// Where it listens.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// The authority of its certificate, in PEM form.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The mails that it took.
    pub(crate) fn mails(&self) -> Vec<Value> {
        let said = self.said.lock().unwrap();
        said.iter()
            .filter_map(|line| line.get("mail").cloned())
            .collect()
    }

    /// The commands that it heard.
    pub(crate) fn heard(&self) -> Vec<String> {
        let said = self.said.lock().unwrap();
        let heard = said.iter().filter_map(|line| line.get("heard"));
        heard
            .map(|command| command.as_str().unwrap().to_owned())
            .collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An authority, and a certificate of it for `name` with its key, in PEM form.
pub(crate) fn certificate(name: &str) -> (String, String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    (authority.pem(), certificate.pem(), key.serialize_pem())
}
