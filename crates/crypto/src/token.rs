//! Bearer tokens: 256 random bits in a text with a prefix that a secret scanner recognises and a
//! checksum that tells a mistyped token from a revoked one. Only the hash is ever stored.

use kernel::{Chance, Secret, TokenHash};

use crate::digest::sha256;

/// What a token opens, written at its front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An organisation's API key.
    ApiKey,
    /// A session cookie's content.
    Session,
    /// A background job's right to act.
    Job,
    /// A single-use sign-in link.
    SignInLink,
    /// A single-use link that shows that an address is somebody's.
    VerifyAddress,
    /// A single-use link that sets another password.
    ResetPassword,
    /// A single-use link that makes somebody a member.
    Invitation,
    /// The `state` of an OAuth round trip (RFC 6749 10.12).
    OauthState,
}

impl TokenKind {
    /// The text before the random part.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "csk_",
            Self::Session => "css_",
            Self::Job => "csj_",
            Self::SignInLink => "csl_",
            Self::VerifyAddress => "csv_",
            Self::ResetPassword => "csr_",
            Self::Invitation => "csi_",
            Self::OauthState => "cso_",
        }
    }
}

/// Why a text is no token of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is mistyped or of another kind")]
pub struct MalformedToken;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const RANDOM_BYTES: usize = 32;
/// 256 bits in groups of five, rounded up.
const RANDOM_LENGTH: usize = 52;
const CHECKSUM_LENGTH: usize = 6;

/// Makes a new token.
pub fn generate(kind: TokenKind, chance: &dyn Chance) -> Secret<String> {
    let mut random = [0_u8; RANDOM_BYTES];
    chance.fill(&mut random);
    let mut text = kind.prefix().to_owned();
    text.push_str(&base32(&random, RANDOM_LENGTH));
    let checksum = checksum(&text);
    text.push_str(&checksum);
    Secret::new(text)
}

/// Checks the form of `text` and returns its hash. Says nothing about whether it still opens
/// anything: the database decides that.
pub fn hash(kind: TokenKind, text: &str) -> Result<TokenHash, MalformedToken> {
    let length = kind.prefix().len() + RANDOM_LENGTH + CHECKSUM_LENGTH;
    if text.len() != length || !text.starts_with(kind.prefix()) || !text.is_ascii() {
        return Err(MalformedToken);
    }
    let (body, sum) = text.split_at(length - CHECKSUM_LENGTH);
    if checksum(body) != sum {
        return Err(MalformedToken);
    }
    Ok(TokenHash::from_digest(sha256(text.as_bytes())))
}

/// The part of a token that may be shown again later, to tell one from another.
pub fn face(text: &str) -> String {
    text.chars().take(12).collect()
}

fn checksum(text: &str) -> String {
    base32(&sha256(text.as_bytes()), CHECKSUM_LENGTH)
}

fn base32(bytes: &[u8], length: usize) -> String {
    (0..length)
        .map(|group| {
            let bit = group * 5;
            let high = u16::from(bytes.get(bit / 8).copied().unwrap_or(0)) << 8;
            let low = u16::from(bytes.get(bit / 8 + 1).copied().unwrap_or(0));
            let digit = (high | low) >> (11 - bit % 8) & 31;
            char::from(ALPHABET[usize::from(digit)])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_new_token_hashes_as_its_kind_and_as_no_other() {
        let token = generate(TokenKind::ApiKey, &SystemRng);
        assert!(hash(TokenKind::ApiKey, token.expose()).is_ok());
        assert_eq!(
            hash(TokenKind::Session, token.expose()),
            Err(MalformedToken)
        );
    }

    #[test]
    fn one_mistyped_character_is_noticed_before_the_database_is_asked() {
        let token = generate(TokenKind::ApiKey, &SystemRng);
        for at in 0..token.expose().len() {
            let mut bytes = token.expose().clone().into_bytes();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            let mistyped = String::from_utf8(bytes).unwrap();
            assert_eq!(hash(TokenKind::ApiKey, &mistyped), Err(MalformedToken));
        }
    }

    #[test]
    fn the_random_part_carries_all_256_bits() {
        struct Fixed(u8);
        impl Chance for Fixed {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(0);
                bytes[31] = self.0;
            }
        }
        let one = generate(TokenKind::Session, &Fixed(0));
        let other = generate(TokenKind::Session, &Fixed(1));
        assert_ne!(one.expose(), other.expose());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            prop_assert!(hash(TokenKind::ApiKey, &text).is_err());
        }
    }
}
