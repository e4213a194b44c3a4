use std::future::Future;
use std::time::Duration;

use db::{Db, Error, ReadTx, WriteTx};
use kernel::{AuditEntry, ConnectionId, ProposalId};

/// What the broker needs of the record of proposals. Crate `approvals` keeps it; the server wires
/// the two, since neither depends on the other.
pub trait Ledger: Send + Sync + 'static {
    /// Adds a proposal and returns the audit entry to commit it with.
    fn propose(
        &self,
        tx: &mut WriteTx,
        new: Proposed<'_>,
    ) -> impl Future<Output = Result<AuditEntry, Error>> + Send;

    /// The sealed payload of a proposal.
    fn payload(
        &self,
        tx: &mut ReadTx,
        id: ProposalId,
    ) -> impl Future<Output = Result<Option<Payload>, Error>> + Send;

    /// Claims an approved proposal, once, and commits the claim. Nothing where it is not approved,
    /// has expired, or was claimed before.
    fn claim(
        &self,
        tx: WriteTx,
        id: ProposalId,
    ) -> impl Future<Output = Result<Option<Payload>, Error>> + Send;

    /// Records what came of a claimed proposal. Whether it came in time: after the lease, it stands
    /// in the audit log alone.
    fn finish(
        &self,
        tx: WriteTx,
        id: ProposalId,
        outcome: Outcome,
    ) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Moves on what time moves on; `lease` is the longest that a sending may take.
    fn sweep(&self, db: &Db, lease: Duration) -> impl Future<Output = Result<i32, Error>> + Send;
}

/// A write, planned to the last byte and sealed.
#[derive(Debug)]
pub struct Proposed<'a> {
    /// Its identifier.
    pub id: ProposalId,
    /// Through which connection.
    pub connection: ConnectionId,
    /// The app.
    pub app: &'a str,
    /// The operation.
    pub operation: &'a str,
    /// What it is about, for lists: the one argument that the manifest names for that.
    pub subject: Option<&'a str>,
    /// SHA-256 of the canonical document.
    pub hash: &'a [u8; 32],
    /// The data key of the sealed payload.
    pub key_id: &'a str,
    /// The sealed payload.
    pub sealed: &'a [u8],
    /// It expires after this.
    pub lifetime: Duration,
}

/// A stored proposal's payload.
#[derive(Debug)]
pub struct Payload {
    /// The data key of the sealed payload.
    pub key_id: String,
    /// The sealed payload.
    pub sealed: Vec<u8>,
    /// SHA-256 of the canonical document.
    pub hash: [u8; 32],
    /// Through which connection.
    pub connection: ConnectionId,
    /// The operation.
    pub operation: String,
}

/// What came of a sending.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// The provider's HTTP status.
    pub status: Option<u16>,
    /// Why it failed, a stable code.
    pub code: Option<&'static str>,
    /// SHA-256 of what was kept of the answer.
    pub digest: Option<[u8; 32]>,
    /// Where the result can be seen.
    pub url: Option<String>,
    /// What the provider calls it.
    pub reference: Option<String>,
    /// How long the call took, in milliseconds.
    pub duration_ms: i32,
}

/// How a sending ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The provider took it.
    Executed,
    /// It did not happen.
    Failed,
    /// It may have happened: a person has to look.
    Unknown,
}
