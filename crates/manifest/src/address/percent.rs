//! Percent-encoding (RFC 3986 2.1) with one spelling for each text: everything but the unreserved
//! characters is encoded, in upper-case hexadecimal. What is spelled otherwise does not decode.

use std::fmt::Write;

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The one spelling of `text`.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_unreserved(byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a String does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The text whose one spelling is `encoded`; `None` for every other spelling.
pub(crate) fn decode(encoded: &str) -> Option<String> {
    let mut bytes = encoded.bytes();
    let mut out = Vec::with_capacity(encoded.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            let mut decoded = [0_u8];
            hex::decode_to_slice(digits, &mut decoded).ok()?;
            out.extend(decoded);
        } else {
            out.push(byte);
        }
    }
    let text = String::from_utf8(out).ok()?;
    (encode(&text) == encoded).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_spellings_do_not_decode() {
        for other in [
            "%2e%2e", "%2E", "%2f", "a+b c", "%", "%4", "%zz", "%C0%AF", "%41", "é",
        ] {
            assert_eq!(decode(other), None, "{other}");
        }
        assert_eq!(decode("a%2Fb%C3%A9").as_deref(), Some("a/bé"));
    }

    proptest! {
        #[test]
        fn every_text_has_one_spelling_and_comes_back(text: String) {
            prop_assert_eq!(decode(&encode(&text)), Some(text));
        }
    }
}
