use db::{Error, ReadTx};
use kernel::ApiKeyId;
use time::OffsetDateTime;

use crate::store;

/// A key as it may be shown after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// Its identifier.
    pub id: ApiKeyId,
    /// What its maker calls it.
    pub name: String,
    /// Its first characters, to tell it from others.
    pub face: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Who made it.
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

/// The bound organisation's keys, newest first.
pub async fn api_keys(tx: &mut ReadTx) -> Result<Vec<ApiKeyRow>, Error> {
    store::api_keys(tx).await
}
