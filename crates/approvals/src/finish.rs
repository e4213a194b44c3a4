use db::{Error, WriteTx};
use kernel::{AuditEntry, ProposalId};

use crate::propose::hex;
use crate::{State, store};

/// What came of a claimed proposal.
#[derive(Debug)]
pub struct Outcome {
    /// [`State::Executed`], [`State::Failed`] or [`State::UnknownOutcome`].
    pub state: State,
    /// The provider's HTTP status, where it answered.
    pub status: Option<u16>,
    /// Why it failed, a stable code.
    pub code: Option<&'static str>,
    /// SHA-256 of the answer.
    pub digest: Option<[u8; 32]>,
    /// Where the result can be seen.
    pub url: Option<String>,
    /// What the provider calls it.
    pub reference: Option<String>,
    /// How long the call took, in milliseconds.
    pub duration_ms: i32,
}

/// Whether an outcome is the proposal's now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// It is.
    InTime,
    /// The proposal was no longer being sent: its lease had run out, and it waits for a person to
    /// look. What came of it stands in the audit log alone.
    Late,
}

/// Records the outcome of a claimed proposal. Only the broker's role may.
///
/// An outcome that comes late moves nothing, and is audited as `approvals.outcome_late`, with the
/// state that it would have been.
pub async fn finish(mut tx: WriteTx, id: ProposalId, outcome: Outcome) -> Result<Finished, Error> {
    let finished = if store::finish(&mut tx, id, &outcome).await? {
        Finished::InTime
    } else {
        Finished::Late
    };
    tx.commit(entry(id, &outcome, finished)).await?;
    Ok(finished)
}

fn entry(id: ProposalId, outcome: &Outcome, finished: Finished) -> AuditEntry {
    let action = match (finished, outcome.state) {
        (Finished::Late, _) => "approvals.outcome_late",
        (_, State::Executed) => "approvals.executed",
        (_, State::UnknownOutcome) => "approvals.outcome_unknown",
        _ => "approvals.failed",
    };
    let mut entry =
        AuditEntry::about(action, id).with("duration_ms", i64::from(outcome.duration_ms));
    if finished == Finished::Late {
        entry = entry.with("state", outcome.state.as_str());
    }
    if let Some(status) = outcome.status {
        entry = entry.with("status", i64::from(status));
    }
    if let Some(code) = outcome.code {
        entry = entry.with("code", code);
    }
    if let Some(digest) = outcome.digest {
        entry = entry.with("answer_digest", hex(&digest));
    }
    entry
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn an_outcome_that_comes_late_is_not_audited_as_the_proposals_own() {
        let outcome = Outcome {
            state: State::Executed,
            status: Some(201),
            code: None,
            digest: None,
            url: None,
            reference: None,
            duration_ms: 7,
        };
        let id = ProposalId::new(OffsetDateTime::UNIX_EPOCH, &SystemRng);
        let in_time = entry(id, &outcome, Finished::InTime);
        assert_eq!(in_time.action, "approvals.executed");
        let late = entry(id, &outcome, Finished::Late);
        assert_eq!(late.action, "approvals.outcome_late");
        assert_eq!(late.details["state"], "executed".into());
    }
}
