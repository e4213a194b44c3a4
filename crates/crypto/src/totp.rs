//! Time-based one-time passwords (RFC 6238 over RFC 4226): six digits, 30 s, HMAC-SHA1, which is what
//! authenticator apps make.

use aws_lc_rs::hmac;
use kernel::{Chance, Secret};
use time::OffsetDateTime;

use crate::digest;

/// Seconds that a code holds.
pub const STEP_SECONDS: i64 = 30;
/// RFC 4226 4 (R6): 160 bits.
const KEY_BYTES: usize = 20;
const DIGITS: usize = 6;
/// RFC 6238 5.2: one step either way, for clocks that differ and people who type.
const DRIFT: i64 = 1;

/// A new key.
pub fn generate(chance: &dyn Chance) -> Secret<Vec<u8>> {
    let mut key = vec![0_u8; KEY_BYTES];
    chance.fill(&mut key);
    Secret::new(key)
}

/// The time step that `code` is right for at `now`, if it is one after `last_step`: a code that was
/// taken, and each before it, is taken no more (RFC 6238 5.2).
pub fn verify(key: &[u8], code: &str, now: OffsetDateTime, last_step: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let present = now.unix_timestamp().div_euclid(STEP_SECONDS);
    // Each step is computed and compared, whichever is right.
    (present - DRIFT..=present + DRIFT)
        .filter(|step| digest::equal(code_at(key, *step).as_bytes(), digits.as_bytes()))
        .filter(|step| *step > last_step)
        .max()
}

/// The code of a time step (RFC 4226 5.3).
pub fn code_at(key: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or(0) & 15);
    let mut word = [0_u8; 4];
    word.copy_from_slice(&tag[offset..offset + 4]);
    let number = u32::from_be_bytes(word) & 0x7fff_ffff;
    format!("{:0DIGITS$}", number % 10_u32.pow(6))
}

/// What an authenticator app reads from a QR code (the Key URI format): a key's text, for `account` at
/// `issuer`.
pub fn key_uri(key_text: &str, issuer: &str, account: &str) -> Secret<String> {
    let encode = |text: &str| {
        text.bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect::<String>()
    };
    let (issuer, account) = (encode(issuer), encode(account));
    Secret::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={key_text}&issuer={issuer}"
    ))
}

/// The key as people type it: base 32 (RFC 4648 6) without padding.
pub fn key_text(key: &[u8]) -> Secret<String> {
    Secret::new(data_encoding::BASE32_NOPAD.encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, the SHA-1 column's last six digits.
    #[test]
    fn the_published_vectors_hold() {
        let key = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(key, seconds / STEP_SECONDS), code);
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_further() {
        let (key, step) = (b"12345678901234567890", 37_037_036);
        let at = |steps: i64| {
            OffsetDateTime::from_unix_timestamp((step + steps) * STEP_SECONDS + 7).unwrap()
        };
        let code = code_at(key, step);
        for away in [-1, 0, 1] {
            assert_eq!(verify(key, &code, at(away), 0), Some(step), "{away}");
        }
        for away in [-2, 2, 100] {
            assert_eq!(verify(key, &code, at(away), 0), None, "{away}");
        }
    }

    #[test]
    fn a_code_is_taken_once_and_none_before_it() {
        let (key, step) = (b"12345678901234567890", 37_037_036);
        let now = OffsetDateTime::from_unix_timestamp(step * STEP_SECONDS).unwrap();
        let code = code_at(key, step);
        assert_eq!(verify(key, &code, now, step), None);
        assert_eq!(verify(key, &code_at(key, step - 1), now, step), None);
        assert_eq!(
            verify(key, &code_at(key, step + 1), now, step),
            Some(step + 1)
        );
    }

    #[test]
    fn spaces_are_read_over_and_anything_else_is_wrong() {
        let (key, step) = (b"12345678901234567890", 37_037_036);
        let now = OffsetDateTime::from_unix_timestamp(step * STEP_SECONDS).unwrap();
        let code = code_at(key, step);
        let (head, tail) = code.split_at(3);
        assert_eq!(verify(key, &format!(" {head} {tail} "), now, 0), Some(step));
        for wrong in ["", "0", head, &format!("{code}0"), "١٢٣٤٥٦"] {
            assert_eq!(verify(key, wrong, now, 0), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_uri_holds_names_with_any_letter() {
        let key = key_text(b"12345678901234567890");
        let uri = key_uri(key.expose(), "Ampère & Söhne", "a+b@example.com");
        assert_eq!(
            uri.expose(),
            "otpauth://totp/Amp%C3%A8re%20%26%20S%C3%B6hne:a%2Bb@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Amp%C3%A8re%20%26%20S%C3%B6hne"
        );
    }
}
