use askama::Template;
use kernel::GrantId;
use time::OffsetDateTime;

use crate::Page;
use crate::filters;

/// The AI clients that people let in.
#[derive(Debug, Clone, Template)]
#[template(path = "oauth/grants.html")]
pub struct Grants {
    /// What every page shares.
    pub page: Page,
    /// The person's own, newest first.
    pub own: Vec<GrantRow>,
    /// Other people's; nothing where the person may not see them.
    pub others: Vec<GrantRow>,
    /// Whether the person may revoke other people's.
    pub manages: bool,
    /// What clients do at most in the organisation; nothing where it says nothing.
    pub most: Option<Vec<String>>,
    /// URL of the MCP server.
    pub mcp_url: String,
}

/// What somebody let a client do.
#[derive(Debug, Clone)]
pub struct GrantRow {
    /// Its identifier.
    pub id: GrantId,
    /// What the client calls itself.
    pub client: String,
    /// Whether whoever runs this server vouches for it.
    pub verified: bool,
    /// Whose it is.
    pub person: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The client's program and system, in words.
    pub agent: String,
    /// Where it last asked for a token from.
    pub address: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it ends by itself.
    pub ends_at: OffsetDateTime,
}

impl GrantRow {
    fn revoke_path(&self) -> String {
        format!("/oauth/grants/{}/revoke", self.id)
    }

    fn dialog_id(&self) -> String {
        format!("revoke-{}", self.id)
    }
}
