use kernel::{JobId, OrganisationId, Scope, TokenHash};

use super::Shift;
use crate::{Db, Error};

/// A job under a lease.
#[derive(Debug)]
pub struct ClaimedJob {
    /// Its identifier.
    pub id: JobId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// `room.verb`: what to do.
    pub kind: String,
    /// What to do it with.
    pub payload: serde_json::Value,
    /// 1 on the first run.
    pub attempt: i32,
    token: TokenHash,
}

impl ClaimedJob {
    /// The scope that the job acts in while its lease lasts.
    pub const fn scope(&self) -> Scope {
        Scope::Job(self.token)
    }

    pub(super) const fn token(&self) -> &TokenHash {
        &self.token
    }
}

/// Claims up to `most` due jobs of this process's queue.
pub(super) async fn claim(db: &Db, most: usize, shift: Shift) -> Result<Vec<ClaimedJob>, Error> {
    let tokens: Vec<Vec<u8>> = (0..most)
        .map(|_| {
            let mut token = vec![0_u8; 32];
            db.chance().fill(&mut token);
            token
        })
        .collect();
    let mut tx = db.write(&Scope::Anonymous).await?;
    let rows = sqlx::query!(
        r#"select id as "id!", org_id as "org_id!", kind as "kind!", payload as "payload!",
                  attempts as "attempts!", token_hash as "token_hash!"
             from jobs.claim($1, $2, $3)"#,
        &tokens,
        i32::try_from(shift.lease.as_secs()).unwrap_or(i32::MAX),
        i32::try_from(shift.most_each).unwrap_or(i32::MAX),
    )
    .fetch_all(&mut *tx)
    .await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "what the job does is audited by the job"
    )]
    tx.commit_silently().await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(ClaimedJob {
                id: row.id.into(),
                organisation: row.org_id.into(),
                kind: row.kind,
                payload: row.payload,
                attempt: row.attempts,
                token: TokenHash::from_digest(row.token_hash.try_into().ok()?),
            })
        })
        .collect())
}
