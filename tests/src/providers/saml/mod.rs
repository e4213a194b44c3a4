//! ID-08 against identity providers of SAML 2.0 that are not ours: the npm packages `samlp` and `samlify`, and
//! `pysaml2`, which signs by xmlsec1.

mod change;
mod responses;
mod sign_in;

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kernel::{Clock as _, SystemClock};
use rcgen::{Certificate, CertificateParams, KeyPair, RsaKeySize};
use saml::metadata::{Provider, ours};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use url::Url;

use super::node::NodeProvider;
use crate::visitor::between;

const ENTITY: &str = "https://idp.works.example/metadata";

/// The three of them, with one key, which differ in the path.
struct Providers {
    node: NodeProvider,
    python: NodeProvider,
    certificate: Certificate,
}

/// What they sign with.
struct Key {
    pair: KeyPair,
    certificate: Certificate,
}

impl Key {
    fn new() -> Self {
        Self::until(SystemClock.now() + Duration::days(400))
    }

    fn until(ends: OffsetDateTime) -> Self {
        let pair = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let mut params = CertificateParams::new(vec!["idp.works.example".to_owned()]).unwrap();
        params.not_after = ends;
        let certificate = params.self_signed(&pair).unwrap();
        Self { pair, certificate }
    }
}

/// What a provider has a browser post.
struct Posted {
    to: String,
    response: String,
    state: String,
}

impl Providers {
    fn start(key: Key, (entity_id, acs): (&str, &str), people: &Value) -> Self {
        let Key { pair, certificate } = key;
        let wishes = json!({
            "entity_id": ENTITY, "key": pair.serialize_pem(), "certificate": certificate.pem(), "acs": acs,
            "sp_metadata": ours(entity_id, acs), "people": people,
        });
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let program = root.join("target/saml-provider/bin/python");
        assert!(program.exists(), "run ./dev test, which installs pysaml2");
        let mut python = Command::new(program);
        python.arg(root.join("tests/saml/idp.py"));
        Self {
            node: NodeProvider::start("saml.mjs", &wishes),
            python: NodeProvider::start_by(python, &wishes),
            certificate,
        }
    }

    /// Where one of them is asked.
    fn sso_url(&self, name: &str) -> Url {
        let base = match name {
            "pysaml2" => &self.python.url,
            _ => &self.node.url,
        };
        format!("{base}/{name}").parse().unwrap()
    }

    /// One of them, as an admin gives it part by part.
    fn provider(&self, name: &str) -> Provider {
        let certificate = saml::Certificate::from_der(self.certificate.der()).unwrap();
        let url = self.sso_url(name);
        Provider::new(ENTITY, url.as_str(), vec![certificate]).unwrap()
    }
}

/// Signs in at a provider's page as somebody. The query says who, and what is signed and how.
async fn sign_in_there(page: &Url, query: &str) -> Posted {
    let url = format!("{page}&{query}");
    #[expect(clippy::disallowed_methods, reason = "a browser at the provider")]
    let answer = reqwest::get(&url).await.unwrap();
    let status = answer.status();
    let shown = answer.text().await.unwrap();
    assert!(status.is_success(), "{url}: {shown}");
    let field = |name: &str| {
        let (_, rest) = shown.split_once(&format!("name=\"{name}\"")).unwrap();
        between(rest, "value=\"", "\"").unwrap()
    };
    Posted {
        to: between(&shown, "action=\"", "\"").unwrap(),
        response: field("SAMLResponse"),
        state: field("RelayState"),
    }
}

fn decoded(response: &str) -> String {
    let bytes = BASE64_STANDARD.decode(response).unwrap();
    String::from_utf8(bytes).unwrap()
}
