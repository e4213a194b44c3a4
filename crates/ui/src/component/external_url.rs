use std::fmt;

/// A link that leads out of Countersign.
///
/// Providers' answers name such links: a `javascript:` URL among them would run in our origin. Only
/// `http` and `https` become one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalUrl(String);

impl ExternalUrl {
    /// The link, unless it is something else than http(s) without spaces and control characters.
    pub fn parse(url: &str) -> Option<Self> {
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))?;
        let host_given = rest
            .chars()
            .next()
            .is_some_and(|first| first.is_alphanumeric() || first == '[');
        let plain = !url.chars().any(|c| c.is_whitespace() || c.is_control());
        (host_given && plain).then(|| Self(url.to_owned()))
    }

    /// The link as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_links_are_taken() {
        assert!(ExternalUrl::parse("https://tracker.example/issues/1").is_some());
        assert!(ExternalUrl::parse("http://127.0.0.1:4010/issues/1").is_some());
        for hostile in [
            "javascript:alert(1)",
            "JavaScript://x%0aalert(1)",
            "data:text/html,x",
            "//evil.example",
            "https:///x",
            "https://a\nb",
            " https://a",
            "",
        ] {
            assert_eq!(ExternalUrl::parse(hostile), None, "{hostile:?}");
        }
    }
}
