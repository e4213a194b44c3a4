use lettre::Address;
use url::Host;

/// An address that mail can be sent to: an ASCII local part, and a domain in its ASCII form.
///
/// It is parsed again here, whatever parsed it before: what goes into an SMTP command is decided in
/// one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(Address);

/// The text is no address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address that mail can be sent to: write it as name@example.com")]
pub struct AddressError;

impl MailAddress {
    /// Reads an address. A domain in other letters is written in its ASCII form (RFC 5890).
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError)?;
        // RFC 5322 3.2.3 dot-atom. Quoted local parts are legal, and nobody's.
        let is_atom = !local.is_empty()
            && local.len() <= 64
            && local.split('.').all(|atom| {
                !atom.is_empty()
                    && atom
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
            });
        let Ok(Host::Domain(domain)) = Host::parse(domain) else {
            return Err(AddressError);
        };
        if !is_atom || domain.ends_with('.') || text.len() > 254 {
            return Err(AddressError);
        }
        Address::new(local, domain)
            .map(Self)
            .map_err(|_| AddressError)
    }

    pub(crate) fn to_lettre(&self) -> Address {
        self.0.clone()
    }

    /// The domain, for Message-IDs.
    pub(crate) fn domain(&self) -> &str {
        self.0.domain()
    }
}

impl std::fmt::Display for MailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_in_other_letters_is_written_in_ascii() {
        let address = MailAddress::parse("ada@bücher.example").unwrap();
        assert_eq!(address.to_string(), "ada@xn--bcher-kva.example");
    }

    #[test]
    fn what_would_break_out_of_a_command_is_no_address() {
        for text in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada@example.com\r\nRCPT TO:<eve@example.com>",
            "ada\r\n@example.com",
            "ada>@example.com",
            "ada@example.com>",
            "\"ada eve\"@example.com",
            "ada..eve@example.com",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "ada@example.com.",
            "ada@exam ple.com",
            "ädä@example.com",
            "ada@example.com,eve@example.com",
        ] {
            assert!(MailAddress::parse(text).is_err(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_address_is_ascii_without_blanks_whatever_it_was_read_from(text in "\\PC{0,40}@\\PC{0,30}") {
            if let Ok(address) = MailAddress::parse(&text) {
                let shown = address.to_string();
                proptest::prop_assert!(shown.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>'));
            }
        }
    }
}
