use std::time::Duration;

use db::{Error, WriteTx};
use kernel::{AuditEntry, ConnectionId, ProposalId};

use crate::store;

/// A write that the broker has planned to the last byte and sealed.
#[derive(Debug)]
pub struct NewProposal<'a> {
    /// Its identifier.
    pub id: ProposalId,
    /// The connection that it would write through.
    pub connection: ConnectionId,
    /// The app.
    pub app: &'a str,
    /// The operation, in the manifest's words.
    pub operation: &'a str,
    /// What it is about, for lists: up to 200 characters.
    pub subject: Option<&'a str>,
    /// SHA-256 of the canonical request.
    pub hash: &'a [u8; 32],
    /// The data key of the sealed payload.
    pub key_id: &'a str,
    /// The sealed payload.
    pub sealed: &'a [u8],
    /// It expires after this.
    pub lifetime: Duration,
}

/// Adds a proposal for whoever is bound. Returns the audit entry to commit with.
pub async fn propose(tx: &mut WriteTx, new: NewProposal<'_>) -> Result<AuditEntry, Error> {
    store::insert_proposal(tx, &new).await?;
    Ok(AuditEntry::about("approvals.proposed", new.id)
        .with("connection", new.connection.to_string())
        .with("operation", new.operation)
        .with("payload_hash", hex(new.hash)))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}
