use std::fmt;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
};
use minicbor::Decoder;
use minicbor::data::Type;

use super::PasskeyError;

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// What keys may be of (COSE algorithm identifiers), the most wanted first.
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

/// A key of RSA with 4096 bits, with room for how it is written.
const MAX_BYTES: usize = 600;
/// 2048 to 4096 bits: less can be broken, more is there to keep us busy.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;

// COSE labels (RFC 9052 7, RFC 9053 7, RFC 8230 4).
const KTY: i64 = 1;
const ALG: i64 = 3;
const CRV: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const N: i64 = -1;
const E: i64 = -2;

/// A passkey's public key, in the form that its authenticator wrote it (COSE_Key, RFC 9052 7).
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    cose: Vec<u8>,
}

/// A parameter of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
}

/// The parameters of a key, and how many bytes it took.
struct Parameters<'a> {
    all: Vec<(i64, Value<'a>)>,
    length: usize,
}

enum Verifier<'a> {
    Parsed(ParsedPublicKey),
    Rsa(PublicKeyComponents<&'a [u8]>),
}

impl PublicKey {
    /// Reads a key that an authenticator wrote, and what stands behind it. Refuses one of another kind,
    /// with parameters that are missing, doubled or unknown, or that is no point of its curve.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, &[u8]), PasskeyError> {
        let parameters = Parameters::read(bytes)?;
        parameters.verifier()?;
        let (cose, rest) = bytes
            .split_at_checked(parameters.length)
            .ok_or(PasskeyError::Malformed)?;
        let cose = cose.to_vec();
        Ok((Self { cose }, rest))
    }

    /// A key that was kept.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PasskeyError> {
        let (key, rest) = Self::read(bytes)?;
        if rest.is_empty() {
            Ok(key)
        } else {
            Err(PasskeyError::Malformed)
        }
    }

    /// The form to keep.
    pub fn as_bytes(&self) -> &[u8] {
        &self.cose
    }

    /// Whether it signed `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), PasskeyError> {
        let right = match Parameters::read(&self.cose)?.verifier()? {
            Verifier::Parsed(key) => key.verify_sig(message, signature),
            Verifier::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        right.map_err(|_| PasskeyError::Signature)
    }
}

impl<'a> Parameters<'a> {
    /// A map of numbers to numbers and byte strings, of a length that it says first (CTAP 2.2 8).
    fn read(bytes: &'a [u8]) -> Result<Self, PasskeyError> {
        // What follows a key is read by somebody else: no more of it than a key can be.
        let bytes = bytes.get(..MAX_BYTES).unwrap_or(bytes);
        let mut decoder = Decoder::new(bytes);
        let mut read = || {
            let count = decoder.map().ok()?.filter(|count| *count <= 5)?;
            let mut all: Vec<(i64, Value<'a>)> = Vec::new();
            for _ in 0..count {
                let label = decoder.i64().ok()?;
                let value = match decoder.datatype().ok()? {
                    Type::Bytes => Value::Bytes(decoder.bytes().ok()?),
                    _ => Value::Number(decoder.i64().ok()?),
                };
                if all.iter().any(|(known, _)| *known == label) {
                    return None;
                }
                all.push((label, value));
            }
            let length = decoder.position();
            Some(Self { all, length })
        };
        read().ok_or(PasskeyError::Malformed)
    }

    fn verifier(&self) -> Result<Verifier<'a>, PasskeyError> {
        self.es256()
            .or_else(|| self.eddsa())
            .or_else(|| self.rs256())
            .ok_or(PasskeyError::Key)
    }

    /// RFC 9053 7.1: EC2 on P-256, with both coordinates.
    fn es256(&self) -> Option<Verifier<'a>> {
        self.is(&[(KTY, 2), (ALG, ES256), (CRV, 1)], &[X, Y])?;
        let (x, y) = (self.bytes(X)?, self.bytes(Y)?);
        if x.len() != 32 || y.len() != 32 {
            return None;
        }
        // SEC 1 2.3.3: 4, then both.
        let point = [&[4], x, y].concat();
        ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
            .ok()
            .map(Verifier::Parsed)
    }

    /// RFC 9053 7.2: OKP on Ed25519.
    fn eddsa(&self) -> Option<Verifier<'a>> {
        self.is(&[(KTY, 1), (ALG, EDDSA), (CRV, 6)], &[X])?;
        let x = self.bytes(X).filter(|x| x.len() == 32)?;
        ParsedPublicKey::new(&ED25519, x).ok().map(Verifier::Parsed)
    }

    /// RFC 8230 4.
    fn rs256(&self) -> Option<Verifier<'a>> {
        self.is(&[(KTY, 3), (ALG, RS256)], &[N, E])?;
        let n = self
            .bytes(N)
            .filter(|n| MODULUS_BYTES.contains(&n.len()) && n.first() != Some(&0))?;
        let e = self.bytes(E).filter(|e| (1..=4).contains(&e.len()))?;
        Some(Verifier::Rsa(PublicKeyComponents { n, e }))
    }

    /// Whether these numbers and byte strings are there, and nothing else is.
    fn is(&self, numbers: &[(i64, i64)], bytes: &[i64]) -> Option<()> {
        let has_numbers = numbers
            .iter()
            .all(|(label, number)| self.all.contains(&(*label, Value::Number(*number))));
        let has_bytes = bytes.iter().all(|label| self.bytes(*label).is_some());
        let is_all = self.all.len() == numbers.len() + bytes.len();
        (has_numbers && has_bytes && is_all).then_some(())
    }

    fn bytes(&self, label: i64) -> Option<&'a [u8]> {
        self.all.iter().find_map(|(known, value)| match value {
            Value::Bytes(bytes) if *known == label => Some(*bytes),
            _ => None,
        })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey")
    }
}
