//! JWT access tokens (RFC 9068) in exactly one form: `at+jwt`, signed with Ed25519 (RFC 8037), a
//! header of three fields in one order.
//!
//! A token's header is compared, never read: it chooses no algorithm and brings no key (RFC 8725
//! 3.1). What is signed says nothing about whether the token is in force: the database decides that.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use kernel::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::canonical;
use crate::digest::sha256;

/// Longer than any that we sign.
const MAX_LENGTH: usize = 8_000;

/// What a token says (RFC 9068 2.2). Times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who signed it: the server's origin.
    pub iss: String,
    /// The person.
    pub sub: String,
    /// Where it is good (RFC 8707).
    pub aud: String,
    /// Who acts.
    pub client_id: String,
    /// Permissions, separated by spaces.
    pub scope: String,
    /// The token's own identifier.
    pub jti: String,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
}

/// What a token must say here.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Exactly this issuer.
    pub issuer: &'a str,
    /// Exactly this resource.
    pub audience: &'a str,
    /// The present moment, in seconds since 1970.
    pub now: i64,
}

/// Why a text is no token for here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// Not three parts of base64url, or of another form than ours.
    #[error("not an access token of this server")]
    Malformed,
    /// Its header is not the one that any known key signs.
    #[error("signed by no key that is known here")]
    UnknownKey,
    /// The signature is not of what stands before it.
    #[error("the signature does not hold")]
    Signature,
    /// Another server's.
    #[error("of another issuer")]
    Issuer,
    /// Good somewhere else.
    #[error("for another resource")]
    Audience,
    /// Over.
    #[error("expired")]
    Expired,
}

/// The private half.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

/// The public half, as it is published.
#[derive(Clone)]
pub struct PublicKey {
    bytes: [u8; 32],
    parsed: ParsedPublicKey,
    kid: String,
    /// The first part of every token that it signs.
    header: String,
}

/// 32 bytes that are no Ed25519 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 key")]
pub struct KeyError;

impl SigningKey {
    /// The key of a 32-byte seed (RFC 8032 5.1.5).
    pub fn from_seed(seed: &Secret<[u8; 32]>) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| KeyError)?;
        let public = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| KeyError)?;
        let public = PublicKey::new(public)?;
        Ok(Self { pair, public })
    }

    /// What its signatures are checked with.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The token that says so (RFC 7515 7.1).
    pub fn sign(&self, claims: &Claims) -> Secret<String> {
        // A struct of strings and integers always has a JSON form.
        let payload = serde_json::to_vec(claims).unwrap_or_default();
        let payload = BASE64_URL_SAFE_NO_PAD.encode(payload);
        let signed = format!("{}.{payload}", self.public.header);
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes()));
        Secret::new(format!("{signed}.{signature}"))
    }
}

impl PublicKey {
    /// Reads the 32 bytes of RFC 8032.
    pub fn new(bytes: [u8; 32]) -> Result<Self, KeyError> {
        let parsed = ParsedPublicKey::new(&ED25519, bytes).map_err(|_| KeyError)?;
        let x = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        // RFC 7638 3: the required members in their order, without spaces.
        let thumbprint = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let kid = BASE64_URL_SAFE_NO_PAD.encode(sha256(thumbprint.as_bytes()));
        let header = format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"at+jwt"}}"#);
        Ok(Self {
            bytes,
            parsed,
            kid,
            header: BASE64_URL_SAFE_NO_PAD.encode(header),
        })
    }

    /// Its name in a token's header: the thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// As a JWK (RFC 8037 2).
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode(self.bytes),
            "kid": self.kid, "use": "sig", "alg": "EdDSA",
        })
    }
}

/// Reads a token that one of `keys` signed for here and now.
pub fn verify(
    token: &str,
    keys: &[PublicKey],
    expected: Expected<'_>,
) -> Result<Claims, AccessTokenError> {
    if token.len() > MAX_LENGTH {
        return Err(AccessTokenError::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(AccessTokenError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(AccessTokenError::Malformed)?;
    let key = keys.iter().find(|key| key.header == header);
    let key = key.ok_or(AccessTokenError::UnknownKey)?;
    let signature = decode(signature)?;
    key.parsed
        .verify_sig(signed.as_bytes(), &signature)
        .map_err(|_| AccessTokenError::Signature)?;
    let payload = canonical::parse(&decode(payload)?).map_err(|_| AccessTokenError::Malformed)?;
    let claims: Claims =
        serde_json::from_value(payload).map_err(|_| AccessTokenError::Malformed)?;
    if claims.iss != expected.issuer {
        return Err(AccessTokenError::Issuer);
    }
    if claims.aud != expected.audience {
        return Err(AccessTokenError::Audience);
    }
    if claims.exp <= expected.now {
        return Err(AccessTokenError::Expired);
    }
    Ok(claims)
}

fn decode(part: &str) -> Result<Vec<u8>, AccessTokenError> {
    BASE64_URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| AccessTokenError::Malformed)
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.kid)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.kid)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HERE: Expected<'static> = Expected {
        issuer: "https://countersign.example",
        audience: "https://countersign.example/mcp",
        now: 1_000,
    };

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&Secret::new([seed; 32])).unwrap()
    }

    fn claims() -> Claims {
        Claims {
            iss: HERE.issuer.to_owned(),
            sub: "usr_1".to_owned(),
            aud: HERE.audience.to_owned(),
            client_id: "client".to_owned(),
            scope: "insight.read".to_owned(),
            jti: "1".to_owned(),
            iat: 900,
            exp: 1_900,
        }
    }

    fn signed(header: &Value, key: &SigningKey) -> String {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(&json!(claims())));
        let signature = BASE64_URL_SAFE_NO_PAD.encode(key.pair.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    #[test]
    fn the_published_key_of_rfc_8037_has_its_published_thumbprint() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(x).unwrap();
        let public = PublicKey::new(bytes.try_into().unwrap()).unwrap();
        assert_eq!(public.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_token_says_what_was_signed() {
        let key = key(1);
        let token = key.sign(&claims());
        let read = verify(token.expose(), &[key.public().clone()], HERE);
        assert_eq!(read, Ok(claims()));
    }

    #[test]
    fn no_header_but_ours_is_believed_whoever_signed_it() {
        let key = key(1);
        let keys = [key.public().clone()];
        let kid = key.public().kid();
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "none", "kid": kid, "typ": "at+jwt" }),
            json!({ "alg": "HS256", "kid": kid, "typ": "at+jwt" }),
            json!({ "alg": "RS256", "kid": kid, "typ": "at+jwt" }),
            json!({ "alg": "EdDSA", "kid": kid, "typ": "JWT" }),
            json!({ "alg": "EdDSA", "kid": kid }),
            json!({ "alg": "EdDSA", "kid": "other", "typ": "at+jwt" }),
            json!({ "alg": "EdDSA", "kid": kid, "typ": "at+jwt", "jwk": key.public().jwk() }),
            json!({ "alg": "EdDSA", "kid": kid, "typ": "at+jwt", "crit": [] }),
        ] {
            let refused = verify(&signed(&header, &key), &keys, HERE);
            assert_eq!(refused, Err(AccessTokenError::UnknownKey), "{header}");
        }
    }

    #[test]
    fn another_key_issuer_resource_or_time_is_refused() {
        let key = key(1);
        let keys = [key.public().clone()];
        let other = PublicKey::new(*super::tests::key(2).public().as_bytes()).unwrap();
        let token = key.sign(&claims());
        let says = |expected| verify(token.expose(), &keys, expected).unwrap_err();
        assert_eq!(
            verify(token.expose(), &[other], HERE),
            Err(AccessTokenError::UnknownKey)
        );
        let issuer = "https://countersign.example.evil.example";
        assert_eq!(says(Expected { issuer, ..HERE }), AccessTokenError::Issuer);
        let audience = "https://countersign.example/api";
        assert_eq!(
            says(Expected { audience, ..HERE }),
            AccessTokenError::Audience
        );
        assert_eq!(
            says(Expected { now: 1_900, ..HERE }),
            AccessTokenError::Expired
        );
    }

    proptest! {
        #[test]
        fn no_text_panics_nor_passes(text in "[A-Za-z0-9_.=-]{0,200}") {
            let key = key(1);
            prop_assert!(verify(&text, &[key.public().clone()], HERE).is_err());
        }

        #[test]
        fn one_changed_character_is_noticed(at in 0_usize..400, letter in "[A-Za-z0-9_.-]") {
            let key = key(1);
            let token = key.sign(&claims());
            let mut changed: Vec<char> = token.expose().chars().collect();
            let at = at % changed.len();
            let letter = letter.chars().next().unwrap();
            prop_assume!(changed[at] != letter);
            changed[at] = letter;
            let changed: String = changed.into_iter().collect();
            prop_assert!(verify(&changed, &[key.public().clone()], HERE).is_err());
        }

        #[test]
        fn no_payload_panics_the_reader(payload in prop::collection::vec(any::<u8>(), 0..200)) {
            let key = key(1);
            let signed = format!("{}.{}", key.public().header, BASE64_URL_SAFE_NO_PAD.encode(payload));
            let signature = BASE64_URL_SAFE_NO_PAD.encode(key.pair.sign(signed.as_bytes()));
            let token = format!("{signed}.{signature}");
            prop_assert!(verify(&token, &[key.public().clone()], HERE).is_err());
        }
    }
}
