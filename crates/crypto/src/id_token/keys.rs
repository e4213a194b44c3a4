use std::fmt;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use super::IdTokenError;

/// The keys that an issuer publishes (RFC 7517), those that can sign ID tokens alone.
#[derive(Default)]
pub struct IssuerKeys(Vec<IssuerKey>);

struct IssuerKey {
    kid: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// No issuer signs with more at once.
const MOST: usize = 50;

impl IssuerKeys {
    /// Reads a key set. What cannot be read, or is for something else, is left out (RFC 7517 5).
    pub fn from_jwks(set: &Value) -> Self {
        let keys = set
            .get("keys")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        Self(keys.take(MOST).filter_map(read).collect())
    }

    /// The one key that goes with a token's header. A token that names no key needs a set with one of its kind.
    pub(super) fn find(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&DecodingKey, IdTokenError> {
        let mut fitting = self.0.iter().filter(|key| {
            key.algorithm == algorithm && (kid.is_none() || key.kid.as_deref() == kid)
        });
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(&only.key),
            _ => Err(IdTokenError::UnknownKey),
        }
    }
}

fn read(jwk: &Value) -> Option<IssuerKey> {
    let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
    let (algorithm, name) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(curve) if curve.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        _ => return None,
    };
    let is_for_this = jwk.common.key_algorithm.is_none_or(|said| said == name);
    let signs = matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    if !is_for_this || !signs {
        return None;
    }
    Some(IssuerKey {
        kid: jwk.common.key_id.clone(),
        algorithm,
        key: DecodingKey::from_jwk(&jwk).ok()?,
    })
}

impl fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerKeys({})", self.0.len())
    }
}
