use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{GeneralPurpose, general_purpose::NO_PAD};

const ENGINE: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// The name of a mailbox in modified UTF-7 (RFC 3501 5.1.3): printable ASCII, whatever it was before.
pub(super) fn encode(name: &str) -> String {
    let mut encoded = String::new();
    let mut other = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut encoded, &mut other);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            let mut units = [0_u16; 2];
            for unit in c.encode_utf16(&mut units) {
                other.extend_from_slice(&unit.to_be_bytes());
            }
        }
    }
    flush(&mut encoded, &mut other);
    encoded
}

fn flush(encoded: &mut String, other: &mut Vec<u8>) {
    if !other.is_empty() {
        encoded.push('&');
        encoded.push_str(&ENGINE.encode(&*other));
        encoded.push('-');
        other.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3501_5_1_3_names_in_other_letters() {
        for (name, encoded) in [
            ("INBOX", "INBOX"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Tom & Ann", "Tom &- Ann"),
            ("Entw\u{fc}rfe", "Entw&APw-rfe"),
            ("\u{1f4ec}", "&2D3c7A-"),
        ] {
            assert_eq!(encode(name), encoded);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_name_never_leaves_its_line(name in "\\PC{0,30}|.{0,30}") {
            proptest::prop_assert!(encode(&name).bytes().all(|b| matches!(b, b' '..=b'~')));
        }
    }
}
