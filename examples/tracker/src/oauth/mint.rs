use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SecureRandom;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A new secret of 256 random bits. The prefix tells people and scanners what they have found.
///
/// # Errors
/// The system has no randomness to give.
pub(super) fn mint(prefix: &str, random: &dyn SecureRandom) -> Result<String, Unspecified> {
    let mut bytes = [0_u8; 32];
    random.fill(&mut bytes)?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}
