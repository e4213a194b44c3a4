use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::{Host, Url};

use crate::digest::Digest;
use crate::oauth::Scopes;

/// How one tracker runs. Made by hand in tests, from the command line otherwise.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The file that keeps the state; none keeps it in memory.
    pub data: Option<PathBuf>,
    /// The one application that may ask for access.
    pub client: Client,
    /// The one person who can sign in.
    pub owner: Owner,
    /// What a new tracker starts with.
    pub seed: Seed,
    /// Grants these scopes whatever was asked, to test a client against scope drift.
    pub grant_scopes: Option<Scopes>,
    /// How long an access token lives.
    pub access_token_lifetime: Duration,
    /// How many API requests a minute one grant may make.
    pub requests_per_minute: u32,
}

/// A registered OAuth2 client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its public identifier.
    pub id: String,
    /// Its secret.
    pub secret: Digest,
    /// Where a person may be sent back to.
    pub redirect_uris: Vec<RedirectUri>,
}

/// The person who signs in.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The name to sign in with, and to be shown as reporter.
    pub login: String,
    /// The password.
    pub password: Digest,
}

/// What a new tracker starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Seed {
    /// Nothing.
    #[default]
    Empty,
    /// Half a year of simulated work, the same for the same start time.
    Simulated,
}

/// A registered redirection endpoint (RFC 6749 3.1.2), kept as written: RFC 9700 2.1 compares the
/// text, so that no normalisation can make two different addresses equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri(String);

/// Why a redirect URI cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// It is no absolute URL.
    #[error("{0} is not an absolute URL")]
    NotAbsolute(String),
    /// RFC 6749 3.1.2: a fragment is not allowed.
    #[error("{0} has a fragment, which RFC 6749 3.1.2 does not allow")]
    Fragment(String),
    /// RFC 9700 2.6: plain HTTP is for loopback only.
    #[error("{0} is neither https nor http on a loopback address")]
    Unprotected(String),
}

impl RedirectUri {
    /// Whether a request asks for exactly this one.
    pub fn is(&self, asked: &str) -> bool {
        self.0 == asked
    }
}

impl std::str::FromStr for RedirectUri {
    type Err = RedirectUriError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute(text.to_owned()))?;
        if url.fragment().is_some() {
            return Err(RedirectUriError::Fragment(text.to_owned()));
        }
        let loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        match url.scheme() {
            "https" => Ok(Self(text.to_owned())),
            "http" if loopback => Ok(Self(text.to_owned())),
            _ => Err(RedirectUriError::Unprotected(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_is_https_or_loopback_and_has_no_fragment() {
        for good in [
            "https://a.example/cb",
            "http://127.0.0.1:9/cb",
            "http://[::1]/cb",
        ] {
            assert!(good.parse::<RedirectUri>().is_ok(), "{good}");
        }
        for bad in [
            "/cb",
            "http://a.example/cb",
            "https://a.example/#x",
            "javascript:alert(1)",
        ] {
            assert!(bad.parse::<RedirectUri>().is_err(), "{bad}");
        }
    }
}
