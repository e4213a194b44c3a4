use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

use super::IdTokenError;
use crate::digest::equal;

/// What a token must say here.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Exactly this issuer.
    pub issuer: &'a str,
    /// This server, as the issuer knows it, and nobody else.
    pub client_id: &'a str,
    /// That of the round trip.
    pub nonce: &'a str,
    /// The access token that it came with.
    pub access_token: &'a str,
    /// The present moment, in seconds since 1970.
    pub now: i64,
}

/// What an issuer says of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdClaims {
    /// Whom the issuer means: always the same person, and never another.
    pub subject: String,
    /// When the issuer last asked them who they are, in seconds since 1970.
    pub auth_time: Option<i64>,
    /// Everything that it says, for what is asked of some issuers alone.
    pub all: Map<String, Value>,
}

/// Clocks differ by no more, in seconds.
const SKEW: i64 = 60;
/// OpenID Connect Core 2.
const MAX_SUBJECT_LENGTH: usize = 255;

/// Compares what a token says with what it must say.
pub(super) fn check(
    payload: Value,
    expected: &Expected<'_>,
    algorithm: Algorithm,
) -> Result<IdClaims, IdTokenError> {
    let Value::Object(all) = payload else {
        return Err(IdTokenError::Malformed);
    };
    if text(&all, "iss") != Some(expected.issuer) {
        return Err(IdTokenError::Issuer);
    }
    check_audience(&all, expected.client_id)?;
    check_times(&all, expected.now)?;
    let nonce = text(&all, "nonce").unwrap_or_default();
    if !equal(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err(IdTokenError::Nonce);
    }
    if let Some(claimed) = all.get("at_hash") {
        let right = left_half(algorithm, expected.access_token);
        if claimed.as_str() != Some(right.as_str()) {
            return Err(IdTokenError::AccessToken);
        }
    }
    let subject = text(&all, "sub").filter(|subject| {
        (1..=MAX_SUBJECT_LENGTH).contains(&subject.len()) && !subject.chars().any(char::is_control)
    });
    Ok(IdClaims {
        subject: subject.ok_or(IdTokenError::Malformed)?.to_owned(),
        auth_time: seconds(&all, "auth_time")?,
        all,
    })
}

/// Steps 3 to 5: for this client and for no other, which would be nobody that is trusted here.
fn check_audience(all: &Map<String, Value>, client_id: &str) -> Result<(), IdTokenError> {
    let is_for_us = match all.get("aud") {
        Some(Value::String(one)) => one == client_id,
        Some(Value::Array(all)) => matches!(all.as_slice(), [one] if one == client_id),
        _ => false,
    };
    let by_us = all.get("azp").is_none_or(|party| party == client_id);
    if is_for_us && by_us {
        Ok(())
    } else {
        Err(IdTokenError::Audience)
    }
}

fn check_times(all: &Map<String, Value>, now: i64) -> Result<(), IdTokenError> {
    let ends = seconds(all, "exp")?.ok_or(IdTokenError::Malformed)?;
    let made = seconds(all, "iat")?.ok_or(IdTokenError::Malformed)?;
    let begins = seconds(all, "nbf")?;
    if ends <= now - SKEW {
        return Err(IdTokenError::Expired);
    }
    if made > now + SKEW || begins.is_some_and(|begins| begins > now + SKEW) {
        return Err(IdTokenError::Early);
    }
    Ok(())
}

/// OpenID Connect Core 3.1.3.6: half of the hash that the signature's algorithm uses.
fn left_half(algorithm: Algorithm, access_token: &str) -> String {
    let hash = match algorithm {
        Algorithm::EdDSA => digest(&SHA512, access_token.as_bytes()),
        _ => digest(&SHA256, access_token.as_bytes()),
    };
    let hash = hash.as_ref();
    let (half, _) = hash.split_at(hash.len() / 2);
    BASE64_URL_SAFE_NO_PAD.encode(half)
}

fn text<'a>(all: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    all.get(name)?.as_str()
}

/// A moment (RFC 7519 2, NumericDate); fractions of seconds are cut off.
fn seconds(all: &Map<String, Value>, name: &str) -> Result<Option<i64>, IdTokenError> {
    let Some(value) = all.get(name) else {
        return Ok(None);
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number that is too large becomes the largest there is"
    )]
    let whole = value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64));
    whole.map(Some).ok_or(IdTokenError::Malformed)
}
