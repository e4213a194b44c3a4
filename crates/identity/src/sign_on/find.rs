use db::{Db, Error};
use kernel::{ProviderId, Scope};
use url::Url;

use crate::{Email, store};

/// What everybody may see of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFace {
    /// Which.
    pub id: ProviderId,
    /// What its organisation calls it: anything, such as the name of somebody else.
    pub name: String,
    /// The host where it asks people who they are, as its organisation gave it: [`host_of`].
    pub host: String,
    /// Whether its organisation has shown that a mail domain is its own.
    pub has_domain: bool,
}

/// The host of an address as a person reads it: in ASCII, with its port where that is not the usual one. Empty
/// where there is none.
pub fn host_of(address: &str) -> String {
    let url = Url::parse(address).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    match url.as_ref().and_then(Url::port) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The provider that people of an address's domain come by. Asks nothing about the person: whoever types the
/// domain hears the same.
pub async fn provider_of(db: &Db, address: &Email) -> Result<Option<ProviderId>, Error> {
    let domain = address.as_str().rsplit('@').next().unwrap_or_default();
    let mut tx = db.read(&Scope::Anonymous).await?;
    store::sign_on::provider_of(&mut tx, domain).await
}

/// The provider of an address of this server.
pub async fn provider_face(db: &Db, id: ProviderId) -> Result<Option<ProviderFace>, Error> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    store::sign_on::provider_face(&mut tx, id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_as_a_browser_goes_there() {
        for (address, host) in [
            ("https://login.example.com/tenant", "login.example.com"),
            ("https://login.example.com:8443", "login.example.com:8443"),
            ("https://accounts.example.com@evil.example/", "evil.example"),
            // What looks like a known name is another one.
            ("https://ex\u{430}mple.com", "xn--exmple-4nf.com"),
            ("no address", ""),
        ] {
            assert_eq!(host_of(address), host, "{address}");
        }
    }
}
