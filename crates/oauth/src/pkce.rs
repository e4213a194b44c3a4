//! Proof keys (RFC 7636), S256 alone: `plain` shows the verifier to whoever sees the request.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// A code verifier (RFC 7636 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier([u8; 32]);

/// The text is no verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code verifier has 43 to 128 letters, digits, -, ., _ or ~")]
pub struct VerifierError;

impl Verifier {
    /// Reads a verifier; only its hash is kept.
    pub fn parse(text: &str) -> Result<Self, VerifierError> {
        let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        if (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved) {
            Ok(Self(crypto::digest::sha256(text.as_bytes())))
        } else {
            Err(VerifierError)
        }
    }

    /// What its challenge must be.
    pub(crate) const fn hash(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A code challenge: base64url of 32 bytes.
pub(crate) fn challenge(text: &str) -> Option<[u8; 32]> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_fits() {
        let verifier = Verifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let challenge = challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert_eq!(verifier.hash(), &challenge);
    }

    #[test]
    fn a_short_or_strange_verifier_is_none() {
        assert!(Verifier::parse(&"a".repeat(42)).is_err());
        assert!(Verifier::parse(&"a".repeat(129)).is_err());
        assert!(Verifier::parse(&format!("{}+", "a".repeat(43))).is_err());
        assert_eq!(challenge("short"), None);
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk="),
            None
        );
    }
}
