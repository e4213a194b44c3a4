use url::Host;

/// A mail address as accounts are named by: trimmed, lower case, plausible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

/// The text cannot be a mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write the address as name@example.com")]
pub struct EmailError;

/// RFC 5321 4.5.3.1.3, less the angle brackets.
const MAX_LENGTH: usize = 254;

impl Email {
    /// Reads an address, and writes it in one way: lower case, the domain in its ASCII form (RFC
    /// 5890), so that one mailbox is one account however its domain is spelled. Whether it exists is
    /// for a mail to find out.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let Ok(Host::Domain(domain)) = Host::parse(domain) else {
            return Err(EmailError);
        };
        // RFC 5322 3.2.3 dot-atom, in ASCII: letters that look or fold alike would be other accounts.
        let is_atom = local.len() <= 64
            && local.split('.').all(|atom| {
                !atom.is_empty()
                    && atom
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
            });
        let is_domain = domain.contains('.')
            && domain
                .split('.')
                .all(|label| !label.is_empty() && label.len() <= 63);
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if is_atom && is_domain && address.len() <= MAX_LENGTH {
            Ok(Self(address))
        } else {
            Err(EmailError)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_trimmed_and_lower_case() {
        assert_eq!(
            Email::parse("  Ada@Example.COM ").unwrap().as_str(),
            "ada@example.com"
        );
    }

    #[test]
    fn one_mailbox_is_one_account_however_its_domain_is_spelled() {
        for text in [
            "ada@bücher.example",
            "ada@BÜCHER.example",
            "Ada@xn--bcher-kva.example",
        ] {
            assert_eq!(
                Email::parse(text).unwrap().as_str(),
                "ada@xn--bcher-kva.example"
            );
        }
        // Full-width letters are the plain ones to IDNA.
        assert_eq!(
            Email::parse("ada@ｅxample.com").unwrap().as_str(),
            "ada@example.com"
        );
        // A dotless i folds to no other letter of a local part: it is refused.
        assert_eq!(Email::parse("adm\u{131}n@example.com"), Err(EmailError));
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "a b@example.com",
            "ada@example..com",
            "a@b@example.com",
            "ada@example.com\r\nBcc: x@y.z",
            "<ada@example.com>",
        ] {
            assert_eq!(Email::parse(text), Err(EmailError), "{text}");
        }
    }
}
