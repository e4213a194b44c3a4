use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use manifest::{HostOverrides, Origin};
use rustls::pki_types::CertificateDer;

/// What the operator allows beyond the default, and the limits of every call.
#[derive(Debug, Clone)]
pub struct EgressPolicy {
    /// The whole of a call, from the look-up of a name to the last byte of an answer.
    pub timeout: Duration,
    /// The longest answer, in bytes.
    pub max_answer_bytes: usize,
    /// Hosts and ports that may be private addresses and speak plain HTTP.
    pub private: BTreeSet<HostPort>,
    /// Hosts of manifests that are somewhere else here.
    pub hosts: HostOverrides,
    /// Certificate authorities beside the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

/// An exact host and port: `127.0.0.1:4010`, `tracker.internal:443`, `[::1]:8080`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPort {
    host: String,
    port: u16,
}

/// The text is no host and port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a host and port such as tracker.internal:443 or 127.0.0.1:4010")]
pub struct HostPortError;

impl Default for EgressPolicy {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            max_answer_bytes: 5 * 1024 * 1024,
            private: BTreeSet::new(),
            hosts: HostOverrides::default(),
            extra_roots: Vec::new(),
        }
    }
}

impl EgressPolicy {
    /// Whether the operator listed this very host and port.
    pub(crate) fn lists(&self, origin: &Origin) -> bool {
        self.private.contains(&HostPort::of(origin))
    }
}

impl HostPort {
    /// Those of an origin.
    pub(crate) fn of(origin: &Origin) -> Self {
        Self {
            host: origin.host().to_owned(),
            port: origin.port(),
        }
    }
}

impl std::str::FromStr for HostPort {
    type Err = HostPortError;

    fn from_str(text: &str) -> Result<Self, HostPortError> {
        let (host, port) = text.rsplit_once(':').ok_or(HostPortError)?;
        let port: u16 = port.parse().map_err(|_| HostPortError)?;
        // A port spelled with a sign or zeros, or a host that a URL writes otherwise, would never
        // match anything.
        let read: Origin = format!("https://{host}:{port}")
            .parse()
            .map_err(|_| HostPortError)?;
        let listed = Self {
            host: read.host().to_owned(),
            port,
        };
        if listed.to_string() == text {
            Ok(listed)
        } else {
            Err(HostPortError)
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_hosts_and_ports_are_listed() {
        for good in [
            "127.0.0.1:4010",
            "tracker.internal:443",
            "[::1]:8080",
            "localhost:80",
        ] {
            assert!(good.parse::<HostPort>().is_ok(), "{good}");
        }
        for bad in [
            "127.0.0.1",
            "127.0.0.0/8:80",
            "*.internal:443",
            "*:80",
            "::1:80",
            "a.example:0443",
            "a.example:+443",
            "A.example:443",
            "0x7f.1:80",
            "http://a.example:80",
            ":80",
            "a b:80",
        ] {
            assert!(bad.parse::<HostPort>().is_err(), "{bad}");
        }
    }
}
