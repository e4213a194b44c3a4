use db::{Error, ReadTx};
use kernel::{AssetAccess, ConnectionId};
use time::OffsetDateTime;

use crate::store;

/// What a person can do with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// The provider has not been asked yet, or has not answered.
    Pending,
    /// It works.
    Connected,
    /// The grant is gone: a person must connect again.
    Reconnect,
    /// Ended; its tokens are destroyed.
    Disconnected,
}

/// A connected app of the bound organisation.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its identifier.
    pub id: ConnectionId,
    /// The app.
    pub app: String,
    /// Whether its token was asked for writing.
    pub writes: bool,
    /// What its person calls it.
    pub name: String,
    /// Where a self-hosted app lives.
    pub instance: Option<String>,
    /// What can be done with it.
    pub state: ConnectionState,
    /// Why a person must reconnect: a stable code.
    pub state_reason: Option<String>,
    /// What was asked for.
    pub scopes_requested: Vec<String>,
    /// What the provider says it granted; nothing where it did not say.
    pub scopes_granted: Option<Vec<String>>,
    /// When its credential ends, as far as the app told it.
    pub credential_ends_at: Option<OffsetDateTime>,
    /// Who connected it; empty for who may not know people.
    pub connected_by: String,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// When it last became connected.
    pub connected_at: Option<OffsetDateTime>,
    /// When a call last left through it; nothing as well for who may not see calls.
    pub last_used_at: Option<OffsetDateTime>,
    /// Since when it waits for review, as nobody used it for a month.
    pub raised_at: Option<OffsetDateTime>,
    /// What everybody in the organisation may do with it, as far as their permissions go.
    pub everybody: AssetAccess,
    /// What the bound principal may do with it: nothing, where they see it to end it alone.
    pub access: AssetAccess,
}

impl ConnectionState {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Connected => "connected",
            Self::Reconnect => "reconnect",
            Self::Disconnected => "disconnected",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [
            Self::Pending,
            Self::Connected,
            Self::Reconnect,
            Self::Disconnected,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
    }
}

impl Connection {
    /// Scopes that were granted and not asked for.
    pub fn granted_beyond(&self) -> Vec<&str> {
        let granted = self.scopes_granted.as_deref().unwrap_or_default();
        granted
            .iter()
            .filter(|s| !self.scopes_requested.contains(s))
            .map(String::as_str)
            .collect()
    }

    /// Scopes that were asked for and not granted, where the provider said what it granted.
    pub fn withheld(&self) -> Vec<&str> {
        let Some(granted) = &self.scopes_granted else {
            return Vec::new();
        };
        self.scopes_requested
            .iter()
            .filter(|s| !granted.contains(s))
            .map(String::as_str)
            .collect()
    }
}

/// The bound organisation's connections that the principal may see, in the order of their making.
pub async fn connections(tx: &mut ReadTx) -> Result<Vec<Connection>, Error> {
    store::connections(tx, None).await
}

/// One connection of the bound organisation, if the principal may see it.
pub async fn connection(tx: &mut ReadTx, id: ConnectionId) -> Result<Option<Connection>, Error> {
    Ok(store::connections(tx, Some(id)).await?.pop())
}
