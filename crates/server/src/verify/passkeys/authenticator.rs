use aws_lc_rs::error::Unspecified;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use broker::protocol::{NewPasskeyAnswer, PasskeyAnswer, PasskeyAsked};
use crypto::digest::sha256;
use kernel::Chance;
use serde_json::json;

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const HAS_CREDENTIAL: u8 = 1 << 6;
/// COSE_Key of Ed25519 (RFC 9053 7.2), up to the key itself.
const COSE_HEAD: &[u8] = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20";
/// An attestation object of the format `none`, up to the length of the authenticator's data.
const OBJECT_HEAD: &[u8] = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59";

/// An authenticator that says what the control tells it to.
pub(super) struct Authenticator {
    key: Ed25519KeyPair,
    id: Vec<u8>,
    handle: Vec<u8>,
    /// How often it says that it has signed.
    pub(super) count: u32,
}

/// What it says that is not so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// Nothing.
    None,
    /// It was asked on a page of another site.
    Origin,
    /// It signs for another site.
    Party,
    /// It did not check who was there.
    Unverified,
    /// It signs with another key.
    Signature,
}

impl Authenticator {
    pub(super) fn new(chance: &dyn Chance) -> Result<Self, Unspecified> {
        let mut id = vec![0; 32];
        chance.fill(&mut id);
        Ok(Self {
            key: Ed25519KeyPair::generate()?,
            id,
            handle: Vec::new(),
            count: 1,
        })
    }

    pub(super) fn make(&mut self, asked: &PasskeyAsked, lie: Lie) -> NewPasskeyAnswer {
        if let Some(user) = &asked.user {
            self.handle = user.handle.as_bytes().to_vec();
        }
        let length = [0, u8::try_from(self.id.len()).unwrap_or_default()];
        let key = self.key.public_key().as_ref();
        let mut data = self.head(asked, lie, HAS_CREDENTIAL);
        data.extend([&[0; 16], &length[..], &self.id, COSE_HEAD, key].concat());
        let length = u16::try_from(data.len()).unwrap_or_default().to_be_bytes();
        NewPasskeyAnswer {
            client_data: client_data("webauthn.create", asked, lie).into(),
            attestation_object: [OBJECT_HEAD, &length, &data].concat().into(),
            transports: Vec::new(),
            name: "countersign verify".to_owned(),
        }
    }

    pub(super) fn answer(&self, asked: &PasskeyAsked, lie: Lie) -> PasskeyAnswer {
        let data = self.head(asked, lie, 0);
        let client_data = client_data("webauthn.get", asked, lie);
        let signed = [data.as_slice(), &sha256(&client_data)].concat();
        let mut signature = self.key.sign(&signed).as_ref().to_vec();
        if let Some(first) = signature.first_mut().filter(|_| lie == Lie::Signature) {
            *first ^= 1;
        }
        PasskeyAnswer {
            id: self.id.clone().into(),
            client_data: client_data.into(),
            authenticator_data: data.into(),
            signature: signature.into(),
            user_handle: Some(self.handle.clone().into()),
        }
    }

    fn head(&self, asked: &PasskeyAsked, lie: Lie, more: u8) -> Vec<u8> {
        let party = if lie == Lie::Party {
            "invalid"
        } else {
            &asked.party
        };
        let verified = if lie == Lie::Unverified { 0 } else { VERIFIED };
        let mut head = sha256(party.as_bytes()).to_vec();
        head.push(PRESENT | verified | more);
        head.extend(self.count.to_be_bytes());
        head
    }
}

fn client_data(kind: &str, asked: &PasskeyAsked, lie: Lie) -> Vec<u8> {
    let origin = if lie == Lie::Origin {
        "https://invalid"
    } else {
        &asked.origin
    };
    let said = json!({ "type": kind, "challenge": asked.challenge, "origin": origin });
    said.to_string().into_bytes()
}
