use serde_json::Value;
use url::{Host, Url};

use super::{HostName, Origin, Protocol, Scheme, percent};
use crate::FieldPath;
use crate::value::Pattern;

/// Which base URLs a connection may give for an app that has many.
#[derive(Debug)]
pub struct InstanceRule {
    pub(crate) hosts: Vec<HostPattern>,
    pub(crate) protocol: Protocol,
    pub(crate) allow_http: bool,
    pub(crate) example: String,
    /// How the app is asked for the identifier of an instance; nothing where it is known by its address.
    pub id: Option<InstanceIdRule>,
}

/// How an app is asked which of its instances is the one at an address: some are called at one host for all of them,
/// by an identifier in the path.
#[derive(Debug)]
pub struct InstanceIdRule {
    /// The read without arguments that lists the instances that the credential reaches.
    pub operation: String,
    pub(crate) each: FieldPath,
    pub(crate) url: FieldPath,
    pub(crate) id: FieldPath,
    pub(crate) pattern: Pattern,
}

/// The app names no instance at the address, names it by no identifier that it could have, or by two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the app did not name the instance at this address")]
pub struct NotNamed;

/// A pattern of [`InstanceRule::hosts`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HostPattern {
    /// `any`: a self-hosted app may be anywhere.
    Any,
    /// Exactly this host.
    Exact(HostName),
    /// `*.zendesk.com`: one label, then this.
    OneLabelUnder(HostName),
}

/// The base URL of one instance: an origin, and a path below it where the app is mounted. With it goes the
/// identifier by which the app knows the instance, once the app was asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceUrl {
    origin: Origin,
    /// Empty, or `/a/b` without a trailing slash.
    prefix: String,
    id: Option<String>,
}

/// Why a base URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// Not an absolute URL.
    #[error("not an absolute URL such as https://host")]
    NotAUrl,
    /// Plain HTTP, or something else.
    #[error("only https is allowed")]
    Scheme,
    /// What begins like an address of something else than the app speaks.
    #[error("it begins otherwise than an address of this app does, such as the one in the example")]
    Protocol,
    /// A password, a query or a fragment.
    #[error("a base URL has no user, password, query or fragment")]
    MoreThanABase,
    /// A trailing dot, or a name outside the manifest's list.
    #[error("this host is not one of the app's")]
    Host,
    /// A path of more than plain segments.
    #[error("the path of a base URL is made of plain segments, such as /tracker")]
    Path,
    /// Not how the address of a mail server is written.
    #[error("not an address of a mail server, such as the one in the example")]
    NotAMailServer,
    /// More than a name and a port, where mail is.
    #[error("the address of a mail server is its name, and perhaps a port")]
    MoreThanAServer,
}

impl HostPattern {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == "any" {
            return Some(Self::Any);
        }
        match text.strip_prefix("*.") {
            Some(rest) => rest.parse().ok().map(Self::OneLabelUnder),
            None => text.parse().ok().map(Self::Exact),
        }
    }

    fn admits(&self, host: &Host<&str>) -> bool {
        match (self, host) {
            (Self::Any, Host::Domain(name)) => !name.ends_with('.'),
            (Self::Any, _) => true,
            (Self::Exact(exact), Host::Domain(name)) => exact.as_str() == *name,
            (Self::OneLabelUnder(parent), Host::Domain(name)) => name
                .strip_suffix(parent.as_str())
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|label| !label.is_empty() && !label.contains('.')),
            _ => false,
        }
    }
}

impl InstanceRule {
    /// What a base URL looks like, for a form.
    pub fn example(&self) -> &str {
        &self.example
    }

    /// Reads the base URL that a person gave.
    ///
    /// # Errors
    /// [`InstanceError`] says what a person should change.
    pub fn read(&self, text: &str) -> Result<InstanceUrl, InstanceError> {
        // The parser forgives these: it drops tabs and newlines, and turns backslashes round.
        if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(self.not_an_address());
        }
        let (url, origin) = self.parse(text)?;
        // The text is searched, because a parser drops an empty user, query or fragment.
        if text.contains(['@', '?', '#']) {
            return Err(match self.protocol {
                Protocol::Http => InstanceError::MoreThanABase,
                Protocol::Imap | Protocol::Smtp => InstanceError::MoreThanAServer,
            });
        }
        let host = url.host().ok_or(InstanceError::Host)?;
        if !self.hosts.iter().any(|pattern| pattern.admits(&host)) {
            return Err(InstanceError::Host);
        }
        let prefix = url.path().trim_end_matches('/').to_owned();
        if self.protocol.is_mail() && !prefix.is_empty() {
            return Err(InstanceError::MoreThanAServer);
        }
        let plain = |segment: &str| {
            !segment.is_empty() && percent::decode(segment).is_some_and(|text| text == segment)
        };
        if !prefix.is_empty() && !prefix.split('/').skip(1).all(plain) {
            return Err(InstanceError::Path);
        }
        Ok(InstanceUrl {
            origin,
            prefix,
            id: None,
        })
    }

    fn parse(&self, text: &str) -> Result<(Url, Origin), InstanceError> {
        if self.protocol.is_mail() {
            return self.parse_mail(text);
        }
        let url = Url::parse(text).map_err(|_| InstanceError::NotAUrl)?;
        if url.scheme() != "https" && !(self.allow_http && url.scheme() == "http") {
            return Err(InstanceError::Scheme);
        }
        let origin = Origin::of(&url).ok_or(InstanceError::Host)?;
        Ok((url, origin))
    }

    const fn not_an_address(&self) -> InstanceError {
        if self.protocol.is_mail() {
            InstanceError::NotAMailServer
        } else {
            InstanceError::NotAUrl
        }
    }

    fn parse_mail(&self, text: &str) -> Result<(Url, Origin), InstanceError> {
        if !text.contains("://") {
            return Err(InstanceError::NotAMailServer);
        }
        let (scheme, rest) = Scheme::of_mail(text)
            .filter(|(scheme, _)| scheme.protocol() == self.protocol)
            .ok_or(InstanceError::Protocol)?;
        let [one, other] =
            ["https", "http"].map(|scheme| Url::parse(&format!("{scheme}://{rest}")));
        let (one, other) = (
            one.map_err(|_| InstanceError::NotAMailServer)?,
            other.map_err(|_| InstanceError::NotAMailServer)?,
        );
        // Either URL forgets the port that is its own scheme's usual one.
        let port = one.port().or(other.port());
        let origin = Origin::at(&one, (scheme, port)).ok_or(InstanceError::Host)?;
        if port == Some(0) {
            return Err(InstanceError::NotAMailServer);
        }
        Ok((one, origin))
    }

    /// The same instance with the identifier that was kept for it; without one where the rule is another by now.
    pub fn with_id(&self, instance: InstanceUrl, kept: Option<&str>) -> InstanceUrl {
        let rule = self.id.as_ref();
        let good = kept.filter(|id| rule.is_some_and(|rule| rule.pattern.matches(id)));
        InstanceUrl {
            id: good.map(str::to_owned),
            ..instance
        }
    }

    /// The identifier of `instance` in a kept answer to the read that lists instances. Addresses are compared as they
    /// are read: a slash at the end is no difference.
    ///
    /// # Errors
    /// [`NotNamed`] unless the list names the address, and by one identifier.
    pub fn id_in(&self, instance: &InstanceUrl, kept: &Value) -> Result<String, NotNamed> {
        let rule = self.id.as_ref().ok_or(NotNamed)?;
        let is_it = |item: &&&Value| {
            let url = rule.url.get(item).and_then(Value::as_str);
            let read = url.and_then(|url| self.read(url).ok());
            read.is_some_and(|url| url.origin == instance.origin && url.prefix == instance.prefix)
        };
        let items = rule.each.all(kept);
        let mut ids = items
            .iter()
            .filter(is_it)
            .map(|item| rule.id.get(item).and_then(Value::as_str));
        let first = ids.next().flatten().ok_or(NotNamed)?;
        // One site may be listed once for each product: by the same identifier.
        if rule.pattern.matches(first) && ids.all(|other| other == Some(first)) {
            Ok(first.to_owned())
        } else {
            Err(NotNamed)
        }
    }
}

impl InstanceUrl {
    /// Scheme, host and port.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The identifier by which the app knows it.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The path below the origin: empty, or `/a/b`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl std::fmt::Display for InstanceUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.origin, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(hosts: &[&str], allow_http: bool) -> InstanceRule {
        let hosts = hosts
            .iter()
            .map(|host| HostPattern::parse(host).unwrap())
            .collect();
        InstanceRule {
            hosts,
            protocol: Protocol::Http,
            allow_http,
            example: String::new(),
            id: None,
        }
    }

    #[test]
    fn a_base_url_is_an_origin_and_plain_segments() {
        let any = rule(&["any"], true);
        for (given, read) in [
            ("https://Tracker.Example/", "https://tracker.example"),
            (
                "https://tracker.example:8443/a/b/",
                "https://tracker.example:8443/a/b",
            ),
            ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://0x7f.1:80", "http://127.0.0.1"),
        ] {
            assert_eq!(
                any.read(given).map(|url| url.to_string()),
                Ok(read.to_owned())
            );
        }
    }

    #[test]
    fn tricks_with_host_port_user_and_path_are_refused() {
        let any = rule(&["any"], false);
        for (given, why) in [
            ("tracker.example", InstanceError::NotAUrl),
            ("https://", InstanceError::NotAUrl),
            ("https://a.exa\tmple", InstanceError::NotAUrl),
            ("https:\\\\a.example", InstanceError::NotAUrl),
            (" https://a.example", InstanceError::NotAUrl),
            ("https://a.example:99999", InstanceError::NotAUrl),
            ("http://a.example", InstanceError::Scheme),
            ("file:///etc/passwd", InstanceError::Scheme),
            ("https://a.example@b.example", InstanceError::MoreThanABase),
            ("https://@a.example", InstanceError::MoreThanABase),
            ("https://a.example?", InstanceError::MoreThanABase),
            ("https://a.example/#", InstanceError::MoreThanABase),
            ("https://a.example.", InstanceError::Host),
            ("https://*.example", InstanceError::Host),
            ("https://a.example/b//c", InstanceError::Path),
            ("https://a.example/%2e%2e/c", InstanceError::Path),
            ("https://a.example/%2F", InstanceError::Path),
        ] {
            let read = any.read(given);
            // `%2e%2e` is resolved by the parser itself: what remains is a plain path.
            assert!(
                read == Err(why) || read.is_ok_and(|u| u.prefix() == "/c"),
                "{given}"
            );
        }
    }

    #[test]
    fn an_address_of_mail_is_a_server_and_nothing_below_it() {
        let imap = InstanceRule {
            protocol: Protocol::Imap,
            ..rule(&["any"], false)
        };
        for (given, read, port) in [
            ("imaps://Mail.Example/", "imaps://mail.example", 993),
            ("imaps://mail.example:993", "imaps://mail.example", 993),
            ("imaps://mail.example:443", "imaps://mail.example:443", 443),
            ("imaps://mail.example:80", "imaps://mail.example:80", 80),
            ("imap://mail.example", "imap://mail.example", 143),
            ("imap://0x7f.1:1143", "imap://127.0.0.1:1143", 1143),
            ("imaps://[::1]", "imaps://[::1]", 993),
            (
                "imaps://b\u{fc}cher.example",
                "imaps://xn--bcher-kva.example",
                993,
            ),
        ] {
            let url = imap.read(given).unwrap();
            assert_eq!(
                (url.to_string().as_str(), url.origin().port()),
                (read, port)
            );
            assert_eq!(imap.read(&url.to_string()), Ok(url));
        }
        for (given, why) in [
            ("mail.example", InstanceError::NotAMailServer),
            ("imaps://", InstanceError::NotAMailServer),
            ("imaps://mail.example:0", InstanceError::NotAMailServer),
            ("imaps://mail.example:99999", InstanceError::NotAMailServer),
            (
                "imaps://mail.example\r\nA LOGOUT",
                InstanceError::NotAMailServer,
            ),
            ("https://mail.example", InstanceError::Protocol),
            ("smtps://mail.example", InstanceError::Protocol),
            ("IMAPS://mail.example", InstanceError::Protocol),
            ("imaps://ada@mail.example", InstanceError::MoreThanAServer),
            ("imaps://mail.example?x", InstanceError::MoreThanAServer),
            ("imaps://mail.example/INBOX", InstanceError::MoreThanAServer),
            ("imaps://mail.example.", InstanceError::Host),
        ] {
            assert_eq!(imap.read(given), Err(why), "{given}");
        }
    }

    #[test]
    fn a_pattern_admits_one_label_and_no_look_alike() {
        let zendesk = rule(&["*.zendesk.com", "exact.example"], false);
        assert!(zendesk.read("https://acme.zendesk.com").is_ok());
        assert!(zendesk.read("https://exact.example").is_ok());
        for bad in [
            "https://zendesk.com",
            "https://a.b.zendesk.com",
            "https://evilzendesk.com",
            "https://acme.zendesk.com.evil.example",
            "https://acme.zendesk.com.",
            "https://127.0.0.1",
            "https://acme.zendеsk.com",
        ] {
            assert_eq!(zendesk.read(bad), Err(InstanceError::Host), "{bad}");
        }
    }
}
