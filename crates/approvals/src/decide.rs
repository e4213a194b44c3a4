use db::jobs::{self, NewJob, Queue};
use db::{Refusal, WriteTx};
use kernel::{AuditEntry, JobId, OrganisationId, ProposalId, SessionId, UserId};
use uuid::Uuid;

use crate::propose::hex;
use crate::{Proposal, State, store};

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Send it.
    Approve,
    /// Do not.
    Reject,
}

/// What a person says about a proposal.
#[derive(Debug)]
pub struct Decision {
    verdict: Verdict,
    note: String,
    payload_hash: [u8; 32],
    address: String,
    client: String,
}

/// The note is over 1,000 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("keep the note under 1,000 characters")]
pub struct NoteError;

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// Somebody was faster, or it expired or was taken back.
    #[error("this proposal does not wait for a decision any more")]
    NotWaiting,
    /// What the person saw is not what is proposed.
    #[error("what was shown is not what is proposed: reload the page and look again")]
    OtherPayload,
    /// Four eyes are asked for.
    #[error("you proposed this yourself: somebody else must approve it")]
    FourEyes,
    /// One word a person.
    #[error("you have decided about this already")]
    Twice,
    /// The level is too low, or it was not a person.
    #[error("only a person who may decide can do that")]
    Forbidden,
    /// The database failed.
    #[error("the decision could not be stored")]
    Database(#[source] db::Error),
}

const MAX_NOTE_CHARACTERS: usize = 1000;

impl Decision {
    /// A decision about what was shown under `payload_hash`, from an address and client.
    pub fn new(
        verdict: Verdict,
        note: &str,
        payload_hash: [u8; 32],
        (address, client): (&str, &str),
    ) -> Result<Self, NoteError> {
        let note = note.trim();
        if note.chars().count() > MAX_NOTE_CHARACTERS {
            return Err(NoteError);
        }
        Ok(Self {
            verdict,
            note: note.to_owned(),
            payload_hash,
            address: address.chars().take(64).collect(),
            client: client
                .chars()
                .filter(|c| !c.is_control())
                .take(300)
                .collect(),
        })
    }
}

/// Records what the bound person says. The last approval that is needed hands the proposal to the
/// broker, in the same transaction. Returns the state that it leaves the proposal in.
pub async fn decide(
    mut tx: WriteTx,
    (organisation, person, session): (OrganisationId, UserId, Uuid),
    proposal: &Proposal,
    decision: Decision,
    job: JobId,
) -> Result<State, DecideError> {
    let row = store::NewDecision {
        organisation,
        proposal: proposal.id,
        person,
        session: SessionId::from(session),
        verdict: match decision.verdict {
            Verdict::Approve => "approve",
            Verdict::Reject => "reject",
        },
        note: &decision.note,
        payload_hash: &decision.payload_hash,
        address: &decision.address,
        client: &decision.client,
    };
    store::insert_decision(&mut tx, row)
        .await
        .map_err(refused)?;
    let state = match decision.verdict {
        Verdict::Reject => State::Rejected,
        Verdict::Approve
            if store::approvals(&mut tx, proposal.id)
                .await
                .map_err(refused)?
                >= i64::from(proposal.approvals_needed) =>
        {
            State::Approved
        }
        Verdict::Approve => State::Waiting,
    };
    if state != State::Waiting {
        store::set_state(&mut tx, proposal.id, State::Waiting, state)
            .await
            .map_err(refused)?;
    }
    if state == State::Approved {
        enqueue_execution(&mut tx, (organisation, person), proposal.id, job)
            .await
            .map_err(refused)?;
    }
    let action = match decision.verdict {
        Verdict::Approve => "approvals.approved",
        Verdict::Reject => "approvals.rejected",
    };
    let entry = AuditEntry::about(action, proposal.id)
        .with("payload_hash", hex(&decision.payload_hash))
        .with("address", decision.address)
        .with("client", decision.client)
        .with("state", state.as_str());
    tx.commit(entry).await.map_err(refused)?;
    Ok(state)
}

async fn enqueue_execution(
    tx: &mut WriteTx,
    (organisation, person): (OrganisationId, UserId),
    proposal: ProposalId,
    id: JobId,
) -> Result<(), db::Error> {
    let job = NewJob {
        id,
        organisation,
        person,
        queue: Queue::Broker,
        kind: "approvals.execute",
        payload: serde_json::json!({ "proposal": proposal }),
    };
    jobs::enqueue(tx, job).await
}

impl DecideError {
    pub(crate) fn from_transition(error: db::Error) -> Self {
        refused(error)
    }
}

fn refused(error: db::Error) -> DecideError {
    match error {
        db::Error::Refused(Refusal::NotWaiting | Refusal::Transition) => DecideError::NotWaiting,
        db::Error::Refused(Refusal::OtherPayload) => DecideError::OtherPayload,
        db::Error::Refused(Refusal::FourEyes) => DecideError::FourEyes,
        db::Error::Exists => DecideError::Twice,
        db::Error::Forbidden => DecideError::Forbidden,
        other => DecideError::Database(other),
    }
}
