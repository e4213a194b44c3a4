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
    /// Reads an address. Whether it exists is for a mail to find out.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let plausible = !local.is_empty()
            && local.len() <= 64
            && text.len() <= MAX_LENGTH
            && domain.contains('.')
            && domain
                .split('.')
                .all(|label| !label.is_empty() && label.len() <= 63)
            && !text
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\\\"[]".contains(c))
            && !local.contains('@');
        if plausible {
            Ok(Self(text))
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
