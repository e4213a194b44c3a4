use std::fmt;

use crate::address::HostName;

/// An address that a mail is sent from or to: `ada@example.com`, and nothing around it. No name stands beside it, which
/// would be read in its place; no group, no comment, no quoted part (RFC 5322 3.4), no address literal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct MailAddress(String);

/// Why a text is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailAddressProblem {
    /// Other letters than ASCII, which a server takes by an extension alone (RFC 6531).
    #[error("an address is written in ASCII, its domain in the form that begins with xn--")]
    NotAscii,
    /// Anything else.
    #[error("not an address such as name@example.com, with nothing around it")]
    Form,
}

/// RFC 5321 4.5.3.1.1, and 4.5.3.1.3 less the brackets.
const MAX_LOCAL_BYTES: usize = 64;
const MAX_BYTES: usize = 254;

impl MailAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the @.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl std::str::FromStr for MailAddress {
    type Err = MailAddressProblem;

    fn from_str(text: &str) -> Result<Self, MailAddressProblem> {
        if !text.is_ascii() {
            return Err(MailAddressProblem::NotAscii);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(MailAddressProblem::Form)?;
        // RFC 5322 3.2.3.
        let is_atom = |atom: &str| {
            !atom.is_empty()
                && atom
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        };
        // RFC 2047 2: what begins like an encoded word is read as another name by some.
        let is_local = local.len() <= MAX_LOCAL_BYTES
            && local.split('.').all(is_atom)
            && !local.contains("=?");
        let is_domain = domain.to_ascii_lowercase().parse::<HostName>().is_ok();
        if is_local && is_domain && text.len() <= MAX_BYTES {
            Ok(Self(text.to_owned()))
        } else {
            Err(MailAddressProblem::Form)
        }
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_nothing_around_it() {
        for good in [
            "ada@example.com",
            "a.b+c@Example.COM",
            "o'hara@xn--bcher-kva.example",
        ] {
            assert!(good.parse::<MailAddress>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "ada@example.com\r\nRCPT TO:<eve@example.com>",
            "ada\r\n@example.com",
            "Ada <ada@example.com>",
            "\"ceo@example.com\" <eve@evil.example>",
            "<ada@example.com>",
            "team: ada@example.com;",
            "undisclosed-recipients:;",
            "ada@example.com (Ada)",
            "\"ada eve\"@example.com",
            "ada..eve@example.com",
            ".ada@example.com",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "ada@example.com.",
            "ada@example.com,eve@example.com",
            "ada@eve@example.com ",
        ] {
            assert_eq!(
                bad.parse::<MailAddress>(),
                Err(MailAddressProblem::Form),
                "{bad:?}"
            );
        }
        for bad in ["ädä@example.com", "ada@bücher.example", "аda@example.com"] {
            assert_eq!(
                bad.parse::<MailAddress>(),
                Err(MailAddressProblem::NotAscii),
                "{bad}"
            );
        }
    }
}
