use std::fmt;
use std::sync::Arc;

use kernel::{ProviderId, Secret, sign_on_door};
use serde::{Deserialize, Serialize};

use super::documents::Documents;
use super::error::IssuerError;

/// An issuer that people may sign in by, as the operator configured it.
#[derive(Debug)]
pub struct IssuerConfig {
    /// Its name in addresses of this server.
    pub id: String,
    /// Which one it is.
    pub kind: IssuerKind,
    /// This server, as it knows it.
    pub client_id: String,
    /// The secret that goes with it; none for a public client.
    pub client_secret: Option<Secret<String>>,
}

/// Which issuer it is, and when its word for an address is as good as a mail to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum IssuerKind {
    /// Google: for its own mail, and for the domains that it hosts.
    Google,
    /// GitHub, which speaks OAuth 2 and not OpenID Connect: for no address.
    GitHub,
    /// Dropbox: for no address.
    Dropbox,
    /// Any issuer of OpenID Connect.
    Oidc {
        /// Exactly as it names itself.
        issuer: String,
        /// Mail domains that are its own.
        domains: Vec<String>,
    },
}

/// The issuers of this server.
#[derive(Default)]
pub(crate) struct Issuers(Vec<Arc<Issuer>>);

/// One of them, or an organisation's provider, with what it was last seen to publish.
pub(crate) struct Issuer {
    pub(crate) config: IssuerConfig,
    pub(crate) whose: Whose,
    pub(crate) documents: Arc<Documents>,
}

/// Whose an issuer is: who believes it, and where.
pub(crate) enum Whose {
    /// The server's, which its operator configured: it speaks OpenID Connect, or OAuth, and is believed about accounts.
    Server,
    /// An organisation's provider, which is believed there.
    Organisation(ProviderId, Speaks),
}

/// What a provider speaks.
pub(crate) enum Speaks {
    /// OpenID Connect.
    Oidc,
    /// SAML 2.0, with what it takes to.
    Saml(saml::metadata::Provider),
}

impl IssuerKind {
    /// How it names itself: the `iss` of what it signs. GitHub signs nothing, and is called by its address.
    pub fn issuer(&self) -> &str {
        match self {
            Self::Google => "https://accounts.google.com",
            Self::GitHub => "https://github.com",
            Self::Dropbox => "https://www.dropbox.com",
            Self::Oidc { issuer, .. } => issuer,
        }
    }

    /// Whether it asks people anew for their credentials, and says when it did. Google and Dropbox do not say
    /// (`auth_time`), and GitHub knows of no such thing.
    pub const fn can_prove(&self) -> bool {
        matches!(self, Self::Oidc { .. })
    }
}

impl Issuers {
    pub(crate) fn new(configs: Vec<IssuerConfig>) -> Self {
        let issuers = configs.into_iter().map(|config| {
            Arc::new(Issuer {
                config,
                whose: Whose::Server,
                documents: Arc::default(),
            })
        });
        Self(issuers.collect())
    }

    pub(crate) fn find(&self, id: &str) -> Result<Arc<Issuer>, IssuerError> {
        let found = self.0.iter().find(|issuer| issuer.config.id == id);
        found.cloned().ok_or(IssuerError::Unknown)
    }
}

impl Issuer {
    /// Where it sends people back to. One address for each issuer, so that one cannot pass another's answer
    /// off as its own (RFC 9700 4.4.2.2).
    pub(super) fn redirect_uri(&self, origin: &str) -> String {
        let id = &self.config.id;
        let door = match self.whose {
            Whose::Server => format!("/sign-in/with/{id}"),
            Whose::Organisation(..) => sign_on_door(id),
        };
        format!("{origin}{door}/callback")
    }

    /// What a round trip to it is kept under, so that no other one ends it: a provider has no issuer's address
    /// (identity.provider_urn).
    pub(super) fn place(&self) -> String {
        match self.whose {
            Whose::Server => self.config.kind.issuer().to_owned(),
            Whose::Organisation(id, _) => format!("urn:uuid:{}", id.uuid()),
        }
    }

    /// Which provider of an organisation it is.
    pub(crate) const fn provider(&self) -> Option<ProviderId> {
        match self.whose {
            Whose::Server => None,
            Whose::Organisation(id, _) => Some(id),
        }
    }

    /// What it takes to speak SAML with it, where it does.
    pub(super) const fn saml(&self) -> Option<&saml::metadata::Provider> {
        match &self.whose {
            Whose::Organisation(_, Speaks::Saml(provider)) => Some(provider),
            Whose::Organisation(_, Speaks::Oidc) | Whose::Server => None,
        }
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.0.iter().map(|issuer| &issuer.config.id);
        f.debug_list().entries(ids).finish()
    }
}
