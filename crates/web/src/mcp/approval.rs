use std::time::Duration;

use agents::Approval;
use approvals::{DecisionRow, Proposal};
use kernel::{OrganisationId, ProposalId};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::broadcast;
use tokio::time::Instant;

use super::desk::CallerDesk;
use crate::AppState;
use crate::extract::admit;
use crate::problem::{Problem, kind};
use crate::route::permission::{ApprovalsRead, Permit as _};

/// How often to look without being told: the database's notices can be lost with a connection.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How the proposal stands, once it has ended or `wait` is over.
pub(super) async fn wait_for(
    desk: &CallerDesk,
    id: ProposalId,
    wait: Duration,
) -> Result<Approval, Problem> {
    let until = Instant::now() + wait;
    // Before the first look, so that nothing moves unheard between the two.
    let mut changes = desk.state.changes.subscribe();
    loop {
        // Each look binds the key again: one that was revoked in the meantime sees nothing more.
        let (organisation, proposal, decisions) = look(desk, id).await?;
        if proposal.state.is_final() || Instant::now() >= until {
            return Ok(face(&desk.state, proposal, decisions));
        }
        let next = until.min(Instant::now() + LOOK_EVERY);
        let moved = moved(&mut changes, organisation);
        // Whether told or not: look again.
        let _ = tokio::time::timeout_at(next, moved).await;
    }
}

async fn look(
    desk: &CallerDesk,
    id: ProposalId,
) -> Result<(OrganisationId, Proposal, Vec<DecisionRow>), Problem> {
    let (mut tx, principal) = admit(&desk.state, &desk.scope, ApprovalsRead::ACCESS).await?;
    let found = approvals::proposal(&mut tx, id).await?;
    let (proposal, decisions) = found.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    Ok((principal.organisation, proposal, decisions))
}

/// Returns when a proposal of `organisation` may have moved.
async fn moved(changes: &mut broadcast::Receiver<OrganisationId>, organisation: OrganisationId) {
    loop {
        match changes.recv().await {
            Ok(other) if other != organisation => {}
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

fn face(state: &AppState, proposal: Proposal, decisions: Vec<DecisionRow>) -> Approval {
    Approval {
        approval_id: proposal.id.to_string(),
        subject: proposal.subject,
        state: proposal.state.as_str().to_owned(),
        is_final: proposal.state.is_final(),
        review_url: state.link(&format!("/approvals/{}", proposal.id)),
        expires_at: rfc3339(proposal.expires_at),
        url: proposal.outcome_url,
        reference: proposal.outcome_reference,
        failure: proposal.outcome_code,
        duration_ms: proposal.duration_ms.and_then(|ms| u32::try_from(ms).ok()),
        notes: decisions
            .into_iter()
            .map(|row| row.note)
            .filter(|note| !note.is_empty())
            .collect(),
    }
}

/// In the form that JSON has for moments.
pub(super) fn rfc3339(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}
