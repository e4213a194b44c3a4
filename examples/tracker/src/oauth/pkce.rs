use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// A code challenge of the method S256 (RFC 7636 4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Challenge(Digest);

impl Challenge {
    /// Reads the text form: 43 characters of base64url, which are a SHA-256 digest.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(Digest::from_bytes(bytes.try_into().ok()?)))
    }

    /// Whether `verifier` is what the challenge was made from (RFC 7636 4.6).
    pub(super) fn answered_by(&self, verifier: &str) -> bool {
        let given = Digest::of(verifier);
        is_verifier(verifier)
            && verify_slices_are_equal(self.0.as_bytes(), given.as_bytes()).is_ok()
    }
}

/// RFC 7636 4.1: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_holds() {
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.answered_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.answered_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
    }

    #[test]
    fn a_challenge_that_is_no_digest_is_refused() {
        assert!(Challenge::parse("").is_none());
        assert!(Challenge::parse("dG9vIHNob3J0").is_none());
        assert!(Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM").is_none());
    }

    #[test]
    fn a_short_verifier_is_refused_even_when_it_fits() {
        let digest = Digest::of("short");
        assert!(!Challenge(digest).answered_by("short"));
    }
}
