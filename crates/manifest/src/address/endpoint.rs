use super::{ConnectionFacts, FactsError, HostName, Origin};

/// The host of an operation or endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostRef {
    /// Always this one, over TLS.
    Fixed(HostName),
    /// The connection's instance.
    Instance,
}

/// The word for [`HostRef::Instance`] in manifests.
const INSTANCE: &str = "instance";

impl HostRef {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == INSTANCE {
            Some(Self::Instance)
        } else {
            text.parse().ok().map(Self::Fixed)
        }
    }

    /// Where requests go, and the path that all of them begin with.
    ///
    /// # Errors
    /// [`FactsError::NoInstance`] when the app needs one.
    pub fn resolve<'a>(
        &self,
        facts: &ConnectionFacts<'a>,
    ) -> Result<(Origin, &'a str), FactsError> {
        match self {
            Self::Fixed(host) => Ok((facts.hosts.origin_of(host), "")),
            Self::Instance => {
                let instance = facts.instance.ok_or(FactsError::NoInstance)?;
                Ok((instance.origin().clone(), instance.prefix()))
            }
        }
    }
}

/// An address of the auth plane: `https://host/path` or `{instance}/path`, where `{client_id}` or
/// `{installation}` may stand for a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub(crate) host: HostRef,
    pub(crate) path: String,
}

/// The variables of an endpoint's path.
const CLIENT_ID: &str = "{client_id}";
const INSTALLATION: &str = "{installation}";

impl Endpoint {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (host, path) = if let Some(path) = text.strip_prefix("{instance}") {
            (HostRef::Instance, path)
        } else {
            let rest = text.strip_prefix("https://")?;
            let (host, path) = rest.split_at_checked(rest.find('/')?)?;
            (HostRef::Fixed(host.parse().ok()?), path)
        };
        let plain = |segment: &str| {
            segment == CLIENT_ID
                || segment == INSTALLATION
                || (!segment.is_empty()
                    && segment != "."
                    && segment != ".."
                    && super::percent::decode(segment).is_some_and(|text| text == segment))
        };
        let segments = path.strip_prefix('/')?;
        segments.split('/').all(plain).then(|| Self {
            host,
            path: path.to_owned(),
        })
    }

    /// Whether a client's identifier is a part of it.
    pub(crate) fn names_client(&self) -> bool {
        self.path.contains(CLIENT_ID)
    }

    /// Whether the identifier of an installation is a part of it.
    pub(crate) fn names_installation(&self) -> bool {
        self.path.contains(INSTALLATION)
    }

    /// The URL for one connection and installation.
    ///
    /// # Errors
    /// [`FactsError`] when the app needs an instance, or the identifier is no segment.
    pub fn url_of_installation(
        &self,
        facts: &ConnectionFacts<'_>,
        installation: &str,
    ) -> Result<String, FactsError> {
        self.filled(facts, (INSTALLATION, installation))
    }

    /// The URL for one connection and client.
    ///
    /// # Errors
    /// [`FactsError`] when the app needs an instance, or the client identifier is no segment.
    pub fn url(&self, facts: &ConnectionFacts<'_>, client_id: &str) -> Result<String, FactsError> {
        self.filled(facts, (CLIENT_ID, client_id))
    }

    fn filled(
        &self,
        facts: &ConnectionFacts<'_>,
        (variable, id): (&str, &str),
    ) -> Result<String, FactsError> {
        let (origin, prefix) = self.host.resolve(facts)?;
        // Dots are unreserved, so that encoding leaves them, and a URL parser would climb.
        if self.path.contains(variable) && matches!(id, "" | "." | "..") {
            return Err(FactsError::ClientId);
        }
        let path = self.path.replace(variable, &super::percent::encode(id));
        Ok(format!("{origin}{prefix}{path}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HostOverrides;

    #[test]
    fn an_endpoint_is_a_host_and_plain_segments() {
        let hosts = HostOverrides::default();
        let facts = ConnectionFacts {
            instance: None,
            hosts: &hosts,
        };
        let endpoint = Endpoint::parse("https://api.github.com/applications/{client_id}/token");
        assert_eq!(
            endpoint.unwrap().url(&facts, "Iv1/..").as_deref(),
            Ok("https://api.github.com/applications/Iv1%2F../token")
        );
        let endpoint = Endpoint::parse("https://api.github.com/applications/{client_id}/token");
        assert_eq!(
            endpoint.unwrap().url(&facts, ".."),
            Err(FactsError::ClientId)
        );
        for bad in [
            "http://a.example/token",
            "https://a.example",
            "https://a.example/x?y=z",
            "https://a.example/../x",
            "https://a.example/%2e",
            "https://a.example:8443/x",
            "{instance}oauth",
            "{instance}/{tenant}/token",
        ] {
            assert_eq!(Endpoint::parse(bad), None, "{bad}");
        }
    }
}
