use kernel::{JobId, OrganisationId, UserId};

use crate::{Error, WriteTx};

/// Which process runs a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// The front: it computes, and asks the broker.
    Front,
    /// The broker: it sends.
    Broker,
}

impl Queue {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Broker => "broker",
        }
    }
}

/// A job to add: identifiers only, content stays in its own tables.
#[derive(Debug)]
pub struct NewJob {
    /// Its identifier.
    pub id: JobId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// For whom it acts.
    pub person: UserId,
    /// Which process runs it.
    pub queue: Queue,
    /// `room.verb`: what to do.
    pub kind: &'static str,
    /// What to do it with.
    pub payload: serde_json::Value,
}

/// Adds a job that is claimed once the transaction has committed.
pub async fn enqueue(tx: &mut WriteTx, job: NewJob) -> Result<(), Error> {
    sqlx::query!(
        "insert into jobs.jobs (id, org_id, user_id, queue, kind, payload)
         values ($1, $2, $3, $4, $5, $6)",
        job.id.uuid(),
        job.organisation.uuid(),
        job.person.uuid(),
        job.queue.as_str(),
        job.kind,
        job.payload,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
