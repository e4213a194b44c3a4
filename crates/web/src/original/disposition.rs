//! `Content-Disposition` (RFC 6266).

use std::fmt::Write as _;

/// A file to be saved under `name`: in ASCII for the oldest clients, and as it is (RFC 8187) for the others.
pub(super) fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            // RFC 6266 appendix D: neither quotes, escapes nor what could be taken for percent encoding.
            '"' | '\\' | '%' => '_',
            ' '..='~' => c,
            _ => '_',
        })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_told_twice_and_ends_nothing_early() {
        assert_eq!(
            attachment("Aufträge 1.csv"),
            "attachment; filename=\"Auftr_ge 1.csv\"; filename*=UTF-8''Auftr%C3%A4ge%201.csv"
        );
        assert_eq!(
            attachment("a\"; x=\"%41\r\n"),
            "attachment; filename=\"a_; x=__41__\"; filename*=UTF-8''a%22%3B%20x%3D%22%2541%0D%0A"
        );
    }

    proptest! {
        #[test]
        fn every_name_makes_a_header(name in "(?s).{0,80}") {
            let header = attachment(&name);
            prop_assert!(HeaderValue::from_str(&header).is_ok());
            prop_assert_eq!(header.matches('"').count(), 2);
        }
    }
}
