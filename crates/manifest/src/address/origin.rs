use std::collections::BTreeMap;
use std::fmt;

use url::Url;

use super::{HostName, Protocol};

/// How bytes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// TLS.
    Https,
    /// Plain text: only to an address that the operator listed.
    Http,
    /// IMAP in TLS from the first byte (RFC 8314 3.2).
    Imaps,
    /// IMAP that becomes encrypted by STARTTLS (RFC 9051 6.2.1), or ends there.
    Imap,
    /// The submission of mail in TLS from the first byte (RFC 8314 3.3).
    Smtps,
    /// The submission of mail, encrypted by STARTTLS (RFC 3207), or ended there.
    Smtp,
}

/// Scheme, host and port (RFC 6454 4). The host is in its URL form: lower case, Unicode names in
/// punycode, IPv6 addresses in brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
}

/// The text is not a bare origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a bare origin such as https://host or http://127.0.0.1:4010")]
pub struct OriginError;

/// Hosts of manifests that the operator replaces, for emulators and gateways. Off unless the
/// broker's configuration fills it; no manifest and no connection can.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostOverrides(BTreeMap<HostName, Origin>);

impl Scheme {
    /// As an address begins with it: `https`, `imaps`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Imaps => "imaps",
            Self::Imap => "imap",
            Self::Smtps => "smtps",
            Self::Smtp => "smtp",
        }
    }

    /// What is spoken there.
    pub const fn protocol(self) -> Protocol {
        match self {
            Self::Https | Self::Http => Protocol::Http,
            Self::Imaps | Self::Imap => Protocol::Imap,
            Self::Smtps | Self::Smtp => Protocol::Smtp,
        }
    }

    /// The scheme of mail that an address begins with, and what follows it.
    pub(crate) fn of_mail(text: &str) -> Option<(Self, &str)> {
        let (word, rest) = text.split_once("://")?;
        let all = [Self::Imaps, Self::Imap, Self::Smtps, Self::Smtp];
        let found = all.into_iter().find(|scheme| scheme.as_str() == word)?;
        Some((found, rest))
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
            // RFC 8314 7.2, RFC 9051 2.1, RFC 8314 7.3, RFC 6409 3.1.
            Self::Imaps => 993,
            Self::Imap => 143,
            Self::Smtps => 465,
            Self::Smtp => 587,
        }
    }
}

impl Origin {
    /// TLS to a declared host at its usual port.
    pub fn https(host: &HostName) -> Self {
        Self {
            scheme: Scheme::Https,
            host: host.as_str().to_owned(),
            port: 443,
        }
    }

    /// The origin of a URL; `None` unless the scheme is https or http and the host is an address
    /// or a name of letters, digits, hyphens and underscores. A URL may hold more: `*` is one.
    pub fn of(url: &Url) -> Option<Self> {
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return None,
        };
        Self::at(url, (scheme, url.port()))
    }

    /// The origin of another scheme at the host of `url`, which is one of HTTP: of no other does a parser read the host
    /// as a name or an address. `port` is the one that was written, if any.
    pub(crate) fn at(url: &Url, (scheme, port): (Scheme, Option<u16>)) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
        if url.domain().is_some_and(|name| !name.bytes().all(plain)) {
            return None;
        }
        Some(Self {
            scheme,
            host: url.host_str()?.to_owned(),
            port: port.unwrap_or(scheme.default_port()),
        })
    }

    /// How bytes travel.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host as a URL writes it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, spelled out or not.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as a request's `Host` has them: without the usual port (RFC 9110 7.2).
    pub fn authority(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority())
    }
}

impl std::str::FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text).map_err(|_| OriginError)?;
        let origin = Self::of(&url).ok_or(OriginError)?;
        // What the URL parser dropped or changed (userinfo, a path, a query, odd spellings of an
        // address) was no bare origin.
        let spelled_out = format!(
            "{}://{}:{}",
            origin.scheme.as_str(),
            origin.host,
            origin.port
        );
        if text == origin.to_string() || text == spelled_out {
            Ok(origin)
        } else {
            Err(OriginError)
        }
    }
}

impl HostOverrides {
    /// Where requests for `host` go.
    pub fn origin_of(&self, host: &HostName) -> Origin {
        self.0
            .get(host)
            .cloned()
            .unwrap_or_else(|| Origin::https(host))
    }
}

impl FromIterator<(HostName, Origin)> for HostOverrides {
    fn from_iter<I: IntoIterator<Item = (HostName, Origin)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bare_origins_parse() {
        for good in [
            "https://a.example",
            "http://127.0.0.1:4010",
            "https://[::1]:8443",
        ] {
            assert_eq!(
                good.parse::<Origin>().map(|o| o.to_string()),
                Ok(good.to_owned())
            );
        }
        assert_eq!(
            "https://a.example:443".parse::<Origin>().unwrap().port(),
            443
        );
        for bad in [
            "a.example",
            "ftp://a.example",
            "https://a.example/",
            "https://a.example/x",
            "https://u@a.example",
            "https://a.example?x",
            "https://A.example",
            "http://0x7f.1",
            "https://",
            "https://*.example",
            "https://a,b.example",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }
}
