//! Signed cookie values: HMAC-SHA256 (RFC 2104) over the cookie's name and value, so that a value
//! that we did not set is refused before the database is asked.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// Signs and checks cookie values. Two front processes share one key.
#[derive(Clone)]
pub struct CookieKey(hmac::Key);

impl CookieKey {
    /// A key from 32 secret bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// `value.signature`
    pub fn sign(&self, name: &str, value: &str) -> String {
        let tag = hmac::sign(&self.0, &message(name, value));
        format!("{value}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }

    /// The value, if this key signed it for a cookie of this name.
    pub fn verify<'a>(&self, name: &str, signed: &'a str) -> Option<&'a str> {
        let (value, tag) = signed.rsplit_once('.')?;
        let tag = BASE64_URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.0, &message(name, value), &tag).ok()?;
        Some(value)
    }
}

impl std::fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CookieKey")
    }
}

/// A name cannot hold `=`, so the two parts cannot run into each other.
fn message(name: &str, value: &str) -> Vec<u8> {
    format!("{name}={value}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_signed_for_one_cookie_is_refused_in_another() {
        let key = CookieKey::new(&[7; 32]);
        let signed = key.sign("session", "abc");
        assert_eq!(key.verify("session", &signed), Some("abc"));
        assert_eq!(key.verify("theme", &signed), None);
        assert_eq!(CookieKey::new(&[8; 32]).verify("session", &signed), None);
        assert_eq!(key.verify("session", "abc."), None);
        assert_eq!(key.verify("session", "abc"), None);
    }
}
