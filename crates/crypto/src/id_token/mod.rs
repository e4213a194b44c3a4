//! ID tokens of OpenID Connect issuers (Core 1.0, section 2), verified by the steps of 3.1.3.7.
//!
//! The algorithms are pinned: RS256, ES256 and EdDSA, each with keys of its own kind alone. `none` and HMAC are
//! none of them, so that no header makes a public key a shared secret (RFC 8725 3.1). `jsonwebtoken` reads keys
//! and checks signatures; times and claims are read here, by the caller's clock.

mod claims;
mod keys;
#[cfg(test)]
mod tests;

pub use claims::{Expected, IdClaims};
pub use keys::IssuerKeys;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header, decode_header};

use crate::canonical;

/// Longer than any that an issuer needs.
const MAX_LENGTH: usize = 16_000;

/// Why a text is no ID token for here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Not three parts of base64url with JSON of one meaning in them, or of a type that is none of ours.
    #[error("it is no ID token")]
    Malformed,
    /// Signed in a way that is not taken.
    #[error("its algorithm is not taken")]
    Algorithm,
    /// By none of the issuer's published keys.
    #[error("none of the issuer's keys goes with it")]
    UnknownKey,
    /// The signature is not of what stands before it.
    #[error("its signature does not hold")]
    Signature,
    /// Another issuer's.
    #[error("it is another issuer's")]
    Issuer,
    /// For somebody else than this server.
    #[error("it is for another client")]
    Audience,
    /// Over.
    #[error("it has expired")]
    Expired,
    /// From the future.
    #[error("it is not in force yet")]
    Early,
    /// Of another round trip.
    #[error("it is of another sign-in")]
    Nonce,
    /// Of another access token than the one that it came with.
    #[error("it does not go with its access token")]
    AccessToken,
}

/// Reads a token that one of `keys` signed for here and now.
///
/// # Errors
/// [`IdTokenError::UnknownKey`] also where the issuer has another key since `keys` were read.
pub fn verify(
    token: &str,
    keys: &IssuerKeys,
    expected: &Expected<'_>,
) -> Result<IdClaims, IdTokenError> {
    if token.len() > MAX_LENGTH || token.split('.').count() != 3 {
        return Err(IdTokenError::Malformed);
    }
    let header = header(token)?;
    let key = keys.find(header.kid.as_deref(), header.alg)?;
    let (signed, signature) = token.rsplit_once('.').ok_or(IdTokenError::Malformed)?;
    let holds = jsonwebtoken::crypto::verify(signature, signed.as_bytes(), key, header.alg);
    if !holds.unwrap_or(false) {
        return Err(IdTokenError::Signature);
    }
    let (_, payload) = signed.split_once('.').ok_or(IdTokenError::Malformed)?;
    let payload = BASE64_URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|_| IdTokenError::Malformed)?;
    let payload = canonical::parse(&payload).map_err(|_| IdTokenError::Malformed)?;
    claims::check(payload, expected, header.alg)
}

fn header(token: &str) -> Result<Header, IdTokenError> {
    // An algorithm that it has no name for, `none` among them, is no header to it.
    let header = decode_header(token).map_err(|_| IdTokenError::Algorithm)?;
    if !matches!(
        header.alg,
        Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA
    ) {
        return Err(IdTokenError::Algorithm);
    }
    // RFC 8725 3.11: an access token or a logout token is no ID token. RFC 7515 4.1.11: what must be understood
    // and is not, is refused.
    let is_id_token = header
        .typ
        .as_deref()
        .is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    if is_id_token && header.crit.is_none() {
        Ok(header)
    } else {
        Err(IdTokenError::Malformed)
    }
}
