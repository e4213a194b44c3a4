use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use kernel::{ConnectionId, LogId, ProposalId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// What the desk answers.
pub type DeskAnswer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DeskError>> + Send + 'a>>;

/// Whoever acts for the caller of a tool, with the caller's rights and no others.
///
/// The port of this crate: the server that mounts it brings one for each request.
pub trait Desk: Send + Sync {
    /// The organisation's connections that work, with what can be proposed through them.
    fn connections(&self) -> DeskAnswer<'_, Vec<Connection>>;
    /// The organisation's event logs.
    fn logs(&self) -> DeskAnswer<'_, Vec<Log>>;
    /// The figures of one log.
    fn insight(&self, log: LogId) -> DeskAnswer<'_, Insight>;
    /// Leaves a write for people to decide about.
    fn propose(
        &self,
        connection: ConnectionId,
        operation: String,
        arguments: Map<String, Value>,
    ) -> DeskAnswer<'_, Proposed>;
    /// How a proposal stands: at once where it has ended, else when it ends or after `wait`.
    fn approval(&self, approval: ProposalId, wait: Duration) -> DeskAnswer<'_, Approval>;
}

/// Why a tool did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct DeskError {
    /// Stable: `approvals.not_waiting`.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// A connected app.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Connection {
    /// Its identifier, for `propose_ticket`.
    pub connection_id: String,
    /// The app.
    pub app: String,
    /// What its person calls it.
    pub name: String,
    /// `read` or `write`: only through one made for writing can a write be proposed.
    pub purpose: String,
    /// `connected`, or why it cannot be used: `pending`, `reconnect`, `disconnected`.
    pub state: String,
    /// What can be proposed through it.
    pub operations: Vec<Proposable>,
}

/// A write that can be proposed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Proposable {
    /// Its name, for `propose_ticket`.
    pub operation: String,
    /// What it does.
    pub title: String,
    /// Its arguments as a JSON Schema.
    pub arguments_schema: Map<String, Value>,
}

/// An event log.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Log {
    /// Its identifier, for `read_insight`.
    pub log_id: String,
    /// Its name.
    pub name: String,
    /// `import` or `scan`.
    pub source: String,
    /// `ready`, `reading` or `failed`; only a ready one has figures.
    pub state: String,
    /// Its cases.
    pub cases: u64,
    /// Its events.
    pub events: u64,
    /// When it was added (RFC 3339).
    pub created_at: String,
}

/// The figures of a log. No case and no person is named.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Insight {
    /// The log.
    pub log_id: String,
    /// Its name.
    pub name: String,
    /// Cases.
    pub cases: u64,
    /// Events.
    pub events: u64,
    /// Different steps.
    pub activities: u64,
    /// Different ways through the process.
    pub variants: u64,
    /// The first event (RFC 3339).
    pub first_event: Option<String>,
    /// The last event (RFC 3339).
    pub last_event: Option<String>,
    /// How long cases take, in seconds.
    pub case_duration_s: DurationFigures,
    /// Where work waits: waiting first, the longest in sum first; then timers.
    pub bottlenecks: Vec<BottleneckFigures>,
    /// Which step follows which, the most frequent first.
    pub edges: Vec<WayFigures>,
    /// Ways that fewer than five cases take: left out, since they could point at somebody.
    pub withheld_edges: u64,
    /// What to be careful about.
    pub notes: Vec<String>,
}

/// A distribution of durations, in seconds.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct DurationFigures {
    /// How many durations.
    pub n: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// 10th percentile.
    pub p10: f64,
    /// 25th percentile.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// 75th percentile.
    pub p75: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
}

/// A place where work waits.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BottleneckFigures {
    /// The step before.
    pub from: String,
    /// The step after.
    pub to: String,
    /// `waiting`, where somebody could be quicker, or `timer`, where a clock has to run out.
    pub kind: String,
    /// The same in one sentence.
    pub sentence: String,
    /// How often.
    pub count: u64,
    /// The share of cases that pass here, 0 to 1.
    pub share_of_cases: f64,
    /// All waits together, in seconds.
    pub total_s: f64,
    /// Median wait, in seconds.
    pub median_s: f64,
    /// Nine in ten wait at most this long, in seconds.
    pub p90_s: f64,
}

/// One step directly following another.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WayFigures {
    /// The step before.
    pub from: String,
    /// The step after.
    pub to: String,
    /// How often.
    pub count: u64,
    /// Median time between, in seconds.
    pub median_s: f64,
    /// Nine in ten take at most this long, in seconds.
    pub p90_s: f64,
}

/// A write that waits for a person.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Proposed {
    /// Always `approval_required`: nothing has been sent.
    pub status: &'static str,
    /// Its identifier, for `get_approval`.
    pub approval_id: String,
    /// Where a person looks at it and decides. Give this link to the person that you work for.
    pub review_url: String,
    /// After this it is neither approved nor sent (RFC 3339).
    pub expires_at: String,
    /// SHA-256 of exactly what would be sent.
    pub payload_hash: String,
}

/// How a proposed write stands.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Approval {
    /// Its identifier.
    pub approval_id: String,
    /// What people see it by in their inbox: the ticket's title.
    pub subject: Option<String>,
    /// `waiting`, `approved`, `rejected`, `expired`, `revoked`, `executing`, `executed`, `failed` or
    /// `unknown_outcome`.
    pub state: String,
    /// Whether nothing further happens by itself. Until then, ask again.
    pub is_final: bool,
    /// Where a person looks at it and decides.
    pub review_url: String,
    /// After this it is neither approved nor sent (RFC 3339).
    pub expires_at: String,
    /// Where the result can be seen: the created ticket.
    pub url: Option<String>,
    /// What the app calls it: the ticket's number.
    pub reference: Option<String>,
    /// Why it failed: a stable code.
    pub failure: Option<String>,
    /// How long the call to the app took, in milliseconds.
    pub duration_ms: Option<u32>,
    /// What the people who decided wrote.
    pub notes: Vec<String>,
}
