use db::{Error, ReadTx};
use kernel::ServiceKeyId;
use time::OffsetDateTime;

use crate::store;

/// A service key as it may be shown after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceKeyRow {
    /// Its identifier.
    pub id: ServiceKeyId,
    /// What its maker called it.
    pub name: String,
    /// Its first characters, to tell it from others.
    pub face: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Who made it: they may have left since.
    pub made_by: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<OffsetDateTime>,
}

/// The bound organisation's service keys, newest first.
pub async fn service_keys(tx: &mut ReadTx) -> Result<Vec<ServiceKeyRow>, Error> {
    store::service_keys(tx).await
}
