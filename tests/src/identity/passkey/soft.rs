//! An authenticator of the tests: honest, unless it is told otherwise.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::digest::sha256;
use kernel::{Chance as _, SystemRng};
use serde_json::{Value, json};

pub(super) const PRESENT: u8 = 1;
pub(super) const VERIFIED: u8 = 1 << 2;
pub(super) const SYNCABLE: u8 = 1 << 3;
pub(super) const SYNCED: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;

enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

/// A passkey.
pub(super) struct Soft {
    key: Key,
    pub(super) id: Vec<u8>,
    /// As the server gave it when the passkey was made.
    pub(super) handle: Vec<u8>,
    /// How often it has signed; it counts by itself only where this is above 0.
    pub(super) count: u32,
}

/// What it is made to say.
#[derive(Clone)]
pub(super) struct Says {
    pub(super) origin: String,
    pub(super) party: String,
    pub(super) kind: &'static str,
    pub(super) flags: u8,
    pub(super) handle: Option<Vec<u8>>,
    pub(super) framed: bool,
}

impl Soft {
    pub(super) fn es256() -> Self {
        Self::of(Key::Es256(
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
        ))
    }

    pub(super) fn ed25519() -> Self {
        Self::of(Key::EdDsa(Ed25519KeyPair::generate().unwrap()))
    }

    pub(super) fn rs256() -> Self {
        Self::of(Key::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    fn of(key: Key) -> Self {
        Self {
            key,
            id: SystemRng.bytes::<32>().to_vec(),
            handle: Vec::new(),
            count: 0,
        }
    }

    /// What it says when nobody tells it otherwise: asked at `origin`, touched, and the person checked.
    pub(super) fn honest(&self, origin: &str) -> Says {
        Says {
            origin: origin.to_owned(),
            party: "localhost".to_owned(),
            kind: "",
            flags: PRESENT | VERIFIED,
            handle: Some(self.handle.clone()),
            framed: false,
        }
    }

    /// Answers `navigator.credentials.create()`.
    pub(super) fn make(&mut self, options: &Value, says: &Says) -> Value {
        self.handle = bytes(&options["user"]["id"]);
        let data = [
            self.head(says, HAS_CREDENTIAL),
            vec![0; 16],
            u16::try_from(self.id.len()).unwrap().to_be_bytes().to_vec(),
            self.id.clone(),
            self.cose(),
        ]
        .concat();
        let object = [
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec(),
            u16::try_from(data.len()).unwrap().to_be_bytes().to_vec(),
            data,
        ]
        .concat();
        let client = client_data("webauthn.create", options, says);
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "clientExtensionResults": {}, "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": text(client.as_bytes()), "attestationObject": text(&object),
                "transports": ["internal", "hybrid", "teleport"],
            },
        })
    }

    /// Answers `navigator.credentials.get()`.
    pub(super) fn answer(&mut self, options: &Value, says: &Says) -> Value {
        if self.count > 0 {
            self.count += 1;
        }
        let data = self.head(says, 0);
        let client = client_data("webauthn.get", options, says);
        let signed = [data.as_slice(), &sha256(client.as_bytes())].concat();
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "clientExtensionResults": {}, "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": text(client.as_bytes()), "authenticatorData": text(&data),
                "signature": text(&self.sign(&signed)),
                "userHandle": says.handle.as_deref().map(text),
            },
        })
    }

    fn head(&self, says: &Says, more: u8) -> Vec<u8> {
        let mut head = sha256(says.party.as_bytes()).to_vec();
        head.push(says.flags | more);
        head.extend(self.count.to_be_bytes());
        head
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Es256(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Key::EdDsa(key) => key.sign(message).as_ref().to_vec(),
            Key::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// COSE_Key (RFC 9053 7, RFC 8230 4).
    fn cose(&self) -> Vec<u8> {
        match &self.key {
            Key::Es256(key) => {
                let point = key.public_key().as_ref();
                let head = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
                [head, &point[1..33], b"\x22\x58\x20", &point[33..]].concat()
            }
            Key::EdDsa(key) => {
                let head = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20";
                [head.as_slice(), key.public_key().as_ref()].concat()
            }
            Key::Rs256(key) => {
                let n = key.public_key().modulus();
                let n = n.big_endian_without_leading_zero();
                let head = b"\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00";
                [head.as_slice(), n, b"\x21\x43\x01\x00\x01"].concat()
            }
        }
    }
}

fn client_data(kind: &str, options: &Value, says: &Says) -> String {
    let kind = if says.kind.is_empty() {
        kind
    } else {
        says.kind
    };
    json!({
        "type": kind, "challenge": options["challenge"], "origin": says.origin,
        "crossOrigin": says.framed,
    })
    .to_string()
}

pub(super) fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}
