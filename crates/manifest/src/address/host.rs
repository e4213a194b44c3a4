use std::fmt;

/// An exact DNS host name: lower-case ASCII labels, at least two of them, no trailing dot, not an
/// IP address in any of its spellings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

/// The text is not an exact host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an exact host name: lower-case letters, digits and hyphens in at least two labels, no \
     port, no trailing dot, no IP address"
)]
pub struct HostError;

/// RFC 1035 2.3.4.
const MAX_LABEL_LENGTH: usize = 63;
/// RFC 1035 2.3.4, in text form.
const MAX_NAME_LENGTH: usize = 253;

impl HostName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL_LENGTH).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// WHATWG URL, "ends in a number": such a host is read as an IPv4 address (`1.2.3.4`, `0x7f.1`).
fn ends_in_a_number(label: &str) -> bool {
    label.bytes().all(|b| b.is_ascii_digit()) || label.starts_with("0x")
}

impl std::str::FromStr for HostName {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let mut labels = text.split('.').rev();
        let last = labels.next().unwrap_or_default();
        let named = text.len() <= MAX_NAME_LENGTH
            && text.contains('.')
            && text.split('.').all(is_label)
            && !ends_in_a_number(last);
        if named {
            Ok(Self(text.to_owned()))
        } else {
            Err(HostError)
        }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_lower_case_names_are_hosts() {
        for good in [
            "api.github.com",
            "a-b.example",
            "xn--bcher-kva.example",
            "1.example",
        ] {
            assert!(good.parse::<HostName>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "localhost",
            "API.github.com",
            "api.github.com.",
            ".github.com",
            "api..com",
            "*.github.com",
            "api.github.com:443",
            "user@api.github.com",
            "api.github.com/",
            "127.0.0.1",
            "0x7f.1",
            "a.0x7f",
            "[::1]",
            "bücher.example",
            "аpi.github.com",
            "-a.example",
            "a-.example",
        ] {
            assert!(bad.parse::<HostName>().is_err(), "{bad}");
        }
    }
}
