use db::{Error, ReadTx};
use kernel::{ConnectionId, PageSize, Revocation};
use time::OffsetDateTime;

use crate::store;

/// What came of ending a connection.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Which.
    pub connection: ConnectionId,
    /// The app.
    pub app: String,
    /// What its person called it.
    pub name: String,
    /// When it ended: no call has begun since.
    pub ended_at: OffsetDateTime,
    /// Who ended it; empty for who may not know people.
    pub ended_by: String,
    /// Proposals that waited for it, and were revoked with it.
    pub proposals_revoked: u32,
    /// How often there was a turn to tell the app.
    pub tries: u32,
    /// When the app is told next, while it did not answer.
    pub next_try_at: OffsetDateTime,
    /// Why the app did not confirm the last time: a stable code.
    pub revocation_code: Option<String>,
    /// How it came out; nothing while the app is told again.
    pub closed: Option<Closed>,
}

/// How the end of a connection came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// What came of telling the app.
    pub revocation: Revocation,
    /// Sealed secrets that were destroyed here.
    pub secrets_destroyed: u32,
    /// When.
    pub at: OffsetDateTime,
}

/// The receipt of a connection that has ended.
pub async fn receipt(tx: &mut ReadTx, id: ConnectionId) -> Result<Option<Receipt>, Error> {
    let mut one = store::receipts(tx, Some(id), PageSize::default()).await?;
    Ok(one.pop())
}

/// Receipts of the organisation's connections, the latest first.
pub async fn receipts(tx: &mut ReadTx, page: PageSize) -> Result<Vec<Receipt>, Error> {
    store::receipts(tx, None, page).await
}
