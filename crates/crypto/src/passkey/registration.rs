use minicbor::Decoder;

use super::authenticator_data::AuthenticatorData;
use super::client_data::{Challenge, ClientData};
use super::public_key::PublicKey;
use super::{PasskeyError, RelyingParty, Verification};

/// Larger than any that certificates of an attestation come in.
const MAX_BYTES: usize = 32 * 1_024;

/// An authenticator's answer to `navigator.credentials.create()`.
#[derive(Debug)]
pub struct Registration {
    client: ClientData,
    attestation_object: Vec<u8>,
}

/// A passkey that may be kept.
#[derive(Debug, PartialEq, Eq)]
pub struct Registered {
    /// What the authenticator knows it by.
    pub credential_id: Vec<u8>,
    /// What its signatures are verified with.
    pub public_key: PublicKey,
    /// How often it has signed; 0 where it does not count.
    pub sign_count: u32,
    /// Whether the authenticator may copy it to other devices: a synced passkey.
    pub is_backup_eligible: bool,
    /// Whether it has.
    pub is_backed_up: bool,
}

impl Registration {
    /// Reads what the browser handed over.
    pub fn parse(client_data_json: &[u8], attestation_object: &[u8]) -> Result<Self, PasskeyError> {
        if attestation_object.len() > MAX_BYTES {
            return Err(PasskeyError::Malformed);
        }
        Ok(Self {
            client: ClientData::parse(client_data_json)?,
            attestation_object: attestation_object.to_vec(),
        })
    }

    /// The challenge that it says it answers. It must be looked up, and used up, before anything is
    /// believed.
    pub const fn challenge(&self) -> &Challenge {
        self.client.challenge()
    }

    /// WebAuthn 7.1.
    pub fn verify(
        &self,
        party: &RelyingParty,
        verification: Verification,
    ) -> Result<Registered, PasskeyError> {
        self.client.check("webauthn.create", party)?;
        let bytes = authenticator_data_of(&self.attestation_object)?;
        let data = AuthenticatorData::parse(bytes)?;
        data.check(party, verification)?;
        let credential = data.credential()?;
        let (public_key, extensions) = PublicKey::read(credential.key_and_extensions)?;
        if data.has_extensions() == extensions.is_empty() {
            return Err(PasskeyError::Malformed);
        }
        Ok(Registered {
            credential_id: credential.id.to_vec(),
            public_key,
            sign_count: data.sign_count,
            is_backup_eligible: data.is_backup_eligible(),
            is_backed_up: data.is_backed_up(),
        })
    }
}

/// The authenticator's data in an attestation object (WebAuthn 6.5.4).
fn authenticator_data_of(attestation_object: &[u8]) -> Result<&[u8], PasskeyError> {
    let mut decoder = Decoder::new(attestation_object);
    let mut read = || {
        let count = decoder.map().ok()?.filter(|count| *count <= 8)?;
        let mut found = None;
        for _ in 0..count {
            if decoder.str().ok()? != "authData" {
                decoder.skip().ok()?;
            } else if found.replace(decoder.bytes().ok()?).is_some() {
                return None;
            }
        }
        found.filter(|_| decoder.position() == attestation_object.len())
    };
    read().ok_or(PasskeyError::Malformed)
}
