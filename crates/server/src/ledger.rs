//! The broker's view of the record of proposals.

use std::time::Duration;

use approvals::{ClaimError, Finished, State};
use broker::{End, Ledger, Outcome, Payload, Proposed};
use db::{Db, Error, ReadTx, WriteTx};
use kernel::{AuditEntry, ProposalId};

/// The broker's view of the record of proposals, kept by crate `approvals`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApprovalsLedger;

impl Ledger for ApprovalsLedger {
    async fn propose(&self, tx: &mut WriteTx, new: Proposed<'_>) -> Result<AuditEntry, Error> {
        let new = approvals::NewProposal {
            id: new.id,
            connection: new.connection,
            app: new.app,
            operation: new.operation,
            subject: new.subject,
            hash: new.hash,
            key_id: new.key_id,
            sealed: new.sealed,
            lifetime: new.lifetime,
        };
        approvals::propose(tx, new).await
    }

    async fn payload(&self, tx: &mut ReadTx, id: ProposalId) -> Result<Option<Payload>, Error> {
        Ok(approvals::sealed_payload(tx, id).await?.map(payload))
    }

    async fn claim(&self, tx: WriteTx, id: ProposalId) -> Result<Option<Payload>, Error> {
        match approvals::claim(tx, id).await {
            Ok(claimed) => Ok(Some(payload(claimed.payload))),
            Err(ClaimError::NotApproved) => Ok(None),
            Err(ClaimError::Database(error)) => Err(error),
        }
    }

    async fn finish(&self, tx: WriteTx, id: ProposalId, outcome: Outcome) -> Result<bool, Error> {
        let state = match outcome.end {
            End::Executed => State::Executed,
            End::Failed => State::Failed,
            End::Unknown => State::UnknownOutcome,
        };
        let outcome = approvals::Outcome {
            state,
            status: outcome.status,
            code: outcome.code,
            digest: outcome.digest,
            url: outcome.url,
            reference: outcome.reference,
            duration_ms: outcome.duration_ms,
        };
        Ok(approvals::finish(tx, id, outcome).await? == Finished::InTime)
    }

    async fn sweep(&self, db: &Db, lease: Duration) -> Result<i32, Error> {
        approvals::sweep(db, lease).await
    }
}

fn payload(stored: approvals::SealedPayload) -> Payload {
    Payload {
        key_id: stored.key_id,
        sealed: stored.sealed,
        hash: stored.hash,
        connection: stored.connection,
        operation: stored.operation,
    }
}
