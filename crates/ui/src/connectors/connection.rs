use askama::Template;
use kernel::{ConnectionId, ProposalId};
use time::OffsetDateTime;

use super::{ConnectionState, Receipt, Scans, Sharing};
use crate::Page;
use crate::component::{Pages, Tone};
use crate::filters;

/// One connected app: what it may do and what it did.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/connection.html")]
pub struct Connection {
    /// What every page shares.
    pub page: Page,
    /// Its identifier.
    pub id: ConnectionId,
    /// What its person calls it.
    pub name: String,
    /// The app's name.
    pub app: String,
    /// The app's key in paths.
    pub app_key: String,
    /// Scheme and host that calls go to.
    pub host: String,
    /// Whether it works.
    pub state: ConnectionState,
    /// Why not, and what to do; empty while it works.
    pub state_reason: String,
    /// Who connected it.
    pub connected_by: String,
    /// When.
    pub connected_at: OffsetDateTime,
    /// When a call last left through it; nothing where none did.
    pub last_used_at: Option<OffsetDateTime>,
    /// Whether it waits for somebody to say that it is needed.
    pub is_raised: bool,
    /// What a person pasted to connect it, in the app's words; nothing where that was done by OAuth.
    pub pasted: Option<String>,
    /// When what was pasted ends, as far as the app told it.
    pub credential_ends_at: Option<OffsetDateTime>,
    /// What to tell the person whose pasted credential has scopes; nothing where it has none.
    pub beyond: String,
    /// What to do at the app when it ends, where the app cannot be told; else nothing.
    pub ends: Option<String>,
    /// What a person has to do at the app as well when it ends; or nothing.
    pub remains: String,
    /// Scopes that were asked or granted.
    pub scopes: Vec<ScopeRow>,
    /// What the manifest declares; nothing else leaves.
    pub operations: Vec<Operation>,
    /// Its scans.
    pub scans: Scans,
    /// Who may do what with it.
    pub sharing: Sharing,
    /// What came of ending it, once it has ended.
    pub receipt: Option<Receipt>,
    /// The newest calls first.
    pub calls: Vec<Call>,
    /// The way to other calls.
    pub pages: Pages,
}

/// A scope, as asked and as granted.
#[derive(Debug, Clone)]
pub struct ScopeRow {
    /// Its name at the provider.
    pub scope: String,
    /// Whether the consent page asked for it.
    pub requested: bool,
    /// Whether the provider granted it.
    pub granted: bool,
}

/// What an operation does at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It reads metadata.
    Read,
    /// It writes, and needs an approval.
    Write,
}

/// A declared operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// What it does, in words.
    pub name: String,
    /// Whether it writes.
    pub access: Access,
    /// HTTP method.
    pub method: String,
    /// Path template.
    pub path: String,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallOutcome {
    /// The provider answered with this HTTP status.
    Answered(u16),
    /// Refused before a socket opened; why.
    Refused(String),
    /// No answer; what happened.
    Failed(String),
}

impl CallOutcome {
    const fn tone(&self) -> Tone {
        match self {
            Self::Answered(200..=299 | 304) => Tone::Ok,
            Self::Answered(_) | Self::Failed(_) => Tone::Bad,
            Self::Refused(_) => Tone::Warn,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Answered(status) => status.to_string(),
            Self::Refused(_) => "Refused".to_owned(),
            Self::Failed(_) => "No answer".to_owned(),
        }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Answered(_) => "",
            Self::Refused(reason) | Self::Failed(reason) => reason,
        }
    }
}

/// A call that left, or tried to.
#[derive(Debug, Clone)]
pub struct Call {
    /// When.
    pub at: OffsetDateTime,
    /// The operation, in words.
    pub operation: String,
    /// How it ended.
    pub outcome: CallOutcome,
    /// How long it took.
    pub duration_ms: u64,
    /// Size of the answer.
    pub size_bytes: u64,
    /// On whose behalf.
    pub by: String,
    /// The approval of a write.
    pub approval: Option<ProposalId>,
}

impl Connection {
    /// Whether what was pasted is to be replaced by now.
    fn ends_soon(&self) -> bool {
        let left = self.credential_ends_at.map(|at| at - self.page.now);
        self.state == ConnectionState::Connected && left.is_some_and(|left| left < Self::SOON)
    }

    /// How long before its end a person is asked for another credential.
    pub const SOON: time::Duration = time::Duration::days(14);

    fn path(&self) -> String {
        format!("/connectors/{}", self.id)
    }

    fn disconnect_path(&self) -> String {
        format!("/connectors/{}/disconnect", self.id)
    }

    /// Scopes that the provider granted without being asked.
    fn unasked(&self) -> usize {
        self.scopes
            .iter()
            .filter(|scope| scope.granted && !scope.requested)
            .count()
    }

    /// Scopes that were asked and not granted.
    fn missing(&self) -> usize {
        self.scopes
            .iter()
            .filter(|scope| scope.requested && !scope.granted)
            .count()
    }
}
