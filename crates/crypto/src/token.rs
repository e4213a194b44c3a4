//! Bearer tokens: 256 random bits in a text with a prefix that a secret scanner recognises and a
//! checksum that tells a mistyped token from a revoked one. Only the hash is ever stored.

use aws_lc_rs::hmac;
use kernel::{Chance, Secret, TokenHash};

use crate::digest::sha256;

/// What a token opens, written at its front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An organisation's API key.
    ApiKey,
    /// A service key of an organisation.
    ServiceKey,
    /// An anonymous key of an organisation, which may sit in a public page.
    AnonymousKey,
    /// An operator's look into an organisation.
    Operator,
    /// A session cookie's content.
    Session,
    /// A background job's right to act.
    Job,
    /// A single-use sign-in link.
    SignInLink,
    /// An authorization code (RFC 6749 4.1.2).
    AuthorizationCode,
    /// A refresh token (RFC 6749 1.5).
    RefreshToken,
    /// A device code (RFC 8628).
    DeviceCode,
    /// A single-use link that shows that an address is somebody's.
    VerifyAddress,
    /// A single-use link that sets another password.
    ResetPassword,
    /// A single-use link by which a mailbox agrees to another address of an account.
    ChangeEmail,
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
            Self::ServiceKey => "css_",
            Self::AnonymousKey => "csa_",
            Self::Operator => "csx_",
            Self::Session => "cse_",
            Self::Job => "csj_",
            Self::SignInLink => "csl_",
            Self::AuthorizationCode => "csc_",
            Self::RefreshToken => "csr_",
            Self::DeviceCode => "csd_",
            Self::VerifyAddress => "csv_",
            Self::ResetPassword => "csp_",
            Self::ChangeEmail => "csm_",
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
    from_random(kind, &Secret::new(random))
}

/// The token with that random part.
pub fn from_random(kind: TokenKind, random: &Secret<[u8; RANDOM_BYTES]>) -> Secret<String> {
    let mut text = kind.prefix().to_owned();
    text.push_str(&base32(random.expose(), RANDOM_LENGTH));
    let checksum = checksum(&text);
    text.push_str(&checksum);
    Secret::new(text)
}

/// The random part of a token: the inverse of [`from_random`].
pub fn random_part(
    kind: TokenKind,
    text: &str,
) -> Result<Secret<[u8; RANDOM_BYTES]>, MalformedToken> {
    hash(kind, text)?;
    let digits = text.bytes().skip(kind.prefix().len()).take(RANDOM_LENGTH);
    let mut random = [0_u8; RANDOM_BYTES];
    for (group, digit) in digits.enumerate() {
        let value = ALPHABET.iter().position(|letter| *letter == digit);
        let value = u16::try_from(value.ok_or(MalformedToken)?).map_err(|_| MalformedToken)?;
        let shifted = value << (11 - group * 5 % 8);
        let [high, low] = shifted.to_be_bytes();
        for (at, byte) in [(group * 5 / 8, high), (group * 5 / 8 + 1, low)] {
            match random.get_mut(at) {
                Some(place) => *place |= byte,
                // 260 bits hold 256: the rest is zero, or two texts would be one token.
                None if byte != 0 => return Err(MalformedToken),
                None => {}
            }
        }
    }
    Ok(Secret::new(random))
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

/// What only the holder of a random part can make, and what does not give it away: the database derives
/// a refresh token's successor from it.
pub fn successor_proof(random: &Secret<[u8; RANDOM_BYTES]>) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, random.expose());
    let mut proof = [0_u8; 32];
    proof.copy_from_slice(hmac::sign(&key, b"countersign refresh token successor").as_ref());
    proof
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

    proptest! {
        #[test]
        fn a_random_part_is_read_back(random: [u8; 32]) {
            let token = from_random(TokenKind::RefreshToken, &Secret::new(random));
            let part = random_part(TokenKind::RefreshToken, token.expose()).unwrap();
            prop_assert_eq!(part.expose(), &random);
        }
    }

    #[test]
    fn one_random_part_has_one_text() {
        let text = from_random(TokenKind::RefreshToken, &Secret::new([0; 32]));
        // The last digit of the random part with one of its four unused bits set.
        let body = text.expose().replace(
            "csr_0000000000000000000000000000000000000000000000000000",
            "csr_0000000000000000000000000000000000000000000000000001",
        );
        let (body, _) = body.split_at(body.len() - CHECKSUM_LENGTH);
        let forged = format!("{body}{}", checksum(body));
        assert!(hash(TokenKind::RefreshToken, &forged).is_ok());
        assert!(random_part(TokenKind::RefreshToken, &forged).is_err());
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
