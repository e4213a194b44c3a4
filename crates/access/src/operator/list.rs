use db::{Db, Error, ReadTx};
use kernel::{OperatorAccessId, Scope};
use time::OffsetDateTime;

use crate::store;

/// Somebody who looked, as the command line lists it.
#[derive(Debug)]
pub struct OperatorAccessRow {
    /// Its identifier.
    pub id: OperatorAccessId,
    /// Where they looked.
    pub organisation_name: String,
    /// Who.
    pub operator: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub opened_at: OffsetDateTime,
    /// Until when at most.
    pub expires_at: OffsetDateTime,
    /// When it was ended before.
    pub ended_at: Option<OffsetDateTime>,
    /// Whether the organisation ended it.
    pub ended_by_tenant: bool,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
}

/// Somebody who looked, as the organisation sees it.
#[derive(Debug)]
pub struct OperatorAccess {
    /// Its identifier.
    pub id: OperatorAccessId,
    /// Who, as they said.
    pub operator: String,
    /// Why, as they said.
    pub reason: String,
    /// Since when.
    pub opened_at: OffsetDateTime,
    /// Until when at most.
    pub expires_at: OffsetDateTime,
    /// When it was ended before.
    pub ended_at: Option<OffsetDateTime>,
    /// Who of the organisation ended it.
    pub ended_by: Option<String>,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<OffsetDateTime>,
}

/// Every access of the last so many days, the newest first, with the broker's login.
pub async fn operator_accesses(db: &Db, days: u16) -> Result<Vec<OperatorAccessRow>, Error> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    store::operator::all(&mut tx, i32::from(days)).await
}

/// Who looked into the bound organisation, the newest first.
pub async fn operator_access(tx: &mut ReadTx) -> Result<Vec<OperatorAccess>, Error> {
    store::operator::of_organisation(tx).await
}
