use std::ops::Deref;
use std::sync::Arc;

use kernel::OrganisationId;
use tokio::sync::broadcast;
use url::Url;

use crate::import::Places;
use crate::throttle::Throttles;

/// What the front is wired from. The server fills it in; nothing here is global.
#[derive(Debug)]
pub struct Parts {
    /// The database, as the role of the front.
    pub db: db::Db,
    /// The database as the role that anonymous keys read by.
    pub anonymous: db::Db,
    /// The way to the broker.
    pub broker: broker::socket::BrokerClient,
    /// The connector manifests.
    pub apps: connectors::Apps,
    /// Issuers that people may sign in by.
    pub issuers: Vec<broker::protocol::IssuerFace>,
    /// Where passwords are hashed.
    pub hashes: identity::HashPool,
    /// What signs cookies; the same for every front of a database.
    pub cookie_key: crypto::cookie::CookieKey,
    /// Where browsers and clients find this server: scheme, host and port count, the path does not.
    pub public_url: Url,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// The controls that this server runs, for the trust page.
    pub controls: Vec<trust::Control>,
    /// The largest log that is taken, in bytes.
    pub upload_limit_bytes: u64,
    /// How mail leaves this server.
    pub mail: mail::WayFace,
    /// How often somebody may try to get in.
    pub throttles: Throttles,
}

/// What every handler shares. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Shared>);

/// [`Parts`], and what follows from them.
#[derive(Debug)]
pub struct Shared {
    parts: Parts,
    /// API keys that were used since [`crate::run_background`] last wrote them down.
    pub key_uses: access::KeyUses,
    /// Access tokens that were used since then.
    pub token_uses: ::oauth::TokenUses,
    /// The published keys of access tokens.
    pub(crate) token_keys: ::oauth::TokenKeys,
    /// What access tokens are good at.
    pub(crate) resources: ::oauth::Resources,
    /// Tells of proposals that moved.
    pub changes: Changes,
    /// A place for each file that is being read.
    pub(crate) imports: Places,
    /// The MCP server.
    pub(crate) mcp: agents::Mcp,
    /// The origin of `public_url` in the form of an `Origin` header.
    pub(crate) origin: String,
    /// The host of `public_url` in the form of a `Host` header.
    pub(crate) authority: String,
}

/// Organisations whose proposals have just moved, as the database tells it.
#[derive(Debug, Clone)]
pub struct Changes(broadcast::Sender<OrganisationId>);

/// A reader that falls further behind looks for itself.
const CHANGES_KEPT: usize = 256;

impl Changes {
    fn new() -> Self {
        Self(broadcast::Sender::new(CHANGES_KEPT))
    }

    /// Hears of what moves from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<OrganisationId> {
        self.0.subscribe()
    }

    pub(crate) fn tell(&self, organisation: OrganisationId) {
        // An error says that nobody listens.
        let _ = self.0.send(organisation);
    }
}

impl AppState {
    /// Wires the front.
    pub fn new(parts: Parts) -> Self {
        let origin = parts.public_url.origin().ascii_serialization();
        let authority = origin
            .split_once("://")
            .map_or("", |(_, rest)| rest)
            .to_owned();
        Self(Arc::new(Shared {
            parts,
            key_uses: access::KeyUses::default(),
            token_uses: ::oauth::TokenUses::default(),
            token_keys: ::oauth::TokenKeys::default(),
            resources: ::oauth::Resources::new(&origin),
            changes: Changes::new(),
            imports: Places::new(),
            mcp: agents::Mcp::new(&authority, &origin),
            origin,
            authority,
        }))
    }

    /// Whether browsers reach this server over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Whether browsers make passkeys for this server: they do for names, and not for IP addresses.
    pub(crate) fn can_passkey(&self) -> bool {
        matches!(self.public_url.host(), Some(url::Host::Domain(_)))
    }

    /// Whether mail leaves this server.
    pub(crate) fn sends_mail(&self) -> bool {
        self.mail != mail::WayFace::Off
    }

    /// The issuer that is called so in addresses.
    pub(crate) fn issuer(&self, id: &str) -> Option<&broker::protocol::IssuerFace> {
        self.issuers.iter().find(|issuer| issuer.id == id)
    }

    /// The name for people of an issuer that calls itself so; its own word where it is configured no more.
    pub(crate) fn issuer_name<'a>(&'a self, issuer: &'a str) -> &'a str {
        let found = self.issuers.iter().find(|face| face.issuer == issuer);
        found.map_or(issuer, |face| face.name.as_str())
    }

    /// The present moment.
    pub(crate) fn now(&self) -> time::OffsetDateTime {
        self.db.clock().now()
    }

    /// The absolute address of a local path.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Deref for Shared {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}
