use super::authenticator_data::AuthenticatorData;
use super::client_data::{Challenge, ClientData};
use super::public_key::PublicKey;
use super::{PasskeyError, RelyingParty, Verification};

/// Larger than any without a credential in it.
const MAX_DATA_BYTES: usize = 4_096;
/// That of an RSA key of 4096 bits.
const MAX_SIGNATURE_BYTES: usize = 512;

/// An authenticator's answer to `navigator.credentials.get()`.
#[derive(Debug)]
pub struct Assertion {
    client: ClientData,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

/// What a right answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asserted {
    /// How often it has signed; 0 where it does not count.
    pub sign_count: u32,
    /// Whether the authenticator may copy the passkey to other devices. That never changes.
    pub is_backup_eligible: bool,
    /// Whether it has.
    pub is_backed_up: bool,
}

impl Assertion {
    /// Reads what the browser handed over.
    pub fn parse(
        client_data_json: &[u8],
        authenticator_data: &[u8],
        signature: &[u8],
    ) -> Result<Self, PasskeyError> {
        if authenticator_data.len() > MAX_DATA_BYTES || signature.len() > MAX_SIGNATURE_BYTES {
            return Err(PasskeyError::Malformed);
        }
        Ok(Self {
            client: ClientData::parse(client_data_json)?,
            authenticator_data: authenticator_data.to_vec(),
            signature: signature.to_vec(),
        })
    }

    /// The challenge that it says it answers. It must be looked up, and used up, before anything is
    /// believed.
    pub const fn challenge(&self) -> &Challenge {
        self.client.challenge()
    }

    /// WebAuthn 7.2, but for the counter: whoever keeps it compares it.
    pub fn verify(
        &self,
        party: &RelyingParty,
        key: &PublicKey,
        verification: Verification,
    ) -> Result<Asserted, PasskeyError> {
        self.client.check("webauthn.get", party)?;
        let data = AuthenticatorData::parse(&self.authenticator_data)?;
        data.check(party, verification)?;
        data.brings_nothing()?;
        let signed = [self.authenticator_data.as_slice(), self.client.hash()].concat();
        key.verify(&signed, &self.signature)?;
        Ok(Asserted {
            sign_count: data.sign_count,
            is_backup_eligible: data.is_backup_eligible(),
            is_backed_up: data.is_backed_up(),
        })
    }
}
