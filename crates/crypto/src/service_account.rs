//! Assertions that a service account of Google signs for itself: JWT (RFC 7519) with RS256 (RFC 7518 3.3), taken by
//! its APIs in the place of an access token. <https://google.aip.dev/auth/4111>

use aws_lc_rs::signature::RsaKeyPair;
use kernel::Secret;
use serde::Deserialize;
use serde_json::json;

use crate::rs256::{between, sign};

/// A service account, and the key that it signs by.
pub struct ServiceAccount {
    email: String,
    key_id: String,
    key: RsaKeyPair,
}

/// The text is no key of a service account, as Google hands them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the JSON key file of a service account")]
pub struct ServiceAccountError;

#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key_id: String,
    private_key: Secret<String>,
}

impl ServiceAccount {
    /// Reads a key file.
    pub fn read(text: &Secret<String>) -> Result<Self, ServiceAccountError> {
        let file: KeyFile = serde_json::from_str(text.expose()).map_err(|_| ServiceAccountError)?;
        let der = between(file.private_key.expose(), "PRIVATE KEY").ok_or(ServiceAccountError)?;
        Ok(Self {
            email: file.client_email,
            key_id: file.private_key_id,
            key: RsaKeyPair::from_pkcs8(&der).map_err(|_| ServiceAccountError)?,
        })
    }

    /// An assertion for an API, good from `now` for `seconds`; both in seconds, `now` since 1970. Nothing where the key
    /// cannot sign.
    pub fn assertion(&self, audience: &str, now: i64, seconds: i64) -> Option<Secret<String>> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let claims = json!({
            "iss": self.email, "sub": self.email, "aud": audience, "iat": now, "exp": now + seconds,
        });
        sign(&self.key, &header, &claims)
    }
}

impl std::fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServiceAccount({})", self.email)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
    use serde_json::Value;

    use super::*;

    #[test]
    fn an_assertion_says_who_for_what_and_until_when_and_is_signed() {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            BASE64_STANDARD.encode(der.as_ref())
        );
        let file = json!({
            "type": "service_account", "client_email": "vault@project.example",
            "private_key_id": "k1", "private_key": pem,
        });
        let account = ServiceAccount::read(&Secret::new(file.to_string())).unwrap();
        let assertion = account
            .assertion("https://api.example/", 1_000, 60)
            .unwrap();
        let (signed, signature) = assertion.expose().rsplit_once('.').unwrap();
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref())
            .verify(signed.as_bytes(), &signature)
            .unwrap();
        let (_, claims) = signed.split_once('.').unwrap();
        let claims: Value =
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!(
            claims,
            json!({
                "iss": "vault@project.example", "sub": "vault@project.example",
                "aud": "https://api.example/", "iat": 1_000, "exp": 1_060,
            })
        );
    }

    #[test]
    fn what_is_no_key_file_is_refused_without_a_word_of_it() {
        for text in [
            "",
            "{}",
            r#"{"client_email":"a","private_key_id":"b","private_key":"secret"}"#,
        ] {
            let refused = ServiceAccount::read(&Secret::new(text.to_owned())).unwrap_err();
            assert!(!refused.to_string().contains("secret"));
        }
    }
}
