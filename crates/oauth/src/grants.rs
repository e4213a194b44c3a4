use db::{Error, ReadTx, WriteTx};
use kernel::{AuditEntry, GrantId, UserId};
use time::OffsetDateTime;

use crate::store;

/// What somebody let a client do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Its identifier.
    pub id: GrantId,
    /// Whose it is.
    pub person: UserId,
    /// Their name.
    pub person_name: String,
    /// What the client calls itself.
    pub client_name: String,
    /// Whether whoever runs this server vouches for it.
    pub client_verified: bool,
    /// What it may do, as far as the person may.
    pub scopes: Vec<String>,
    /// Where its tokens are good.
    pub resource: String,
    /// What the client last called itself (User-Agent).
    pub agent: String,
    /// Where it last asked for a token from.
    pub address: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it ends by itself: by age, or because it was not used.
    pub ends_at: OffsetDateTime,
}

/// The grants in force that the bound principal may see, newest first: a person their own, and whoever
/// holds `grants.read` everybody's.
pub async fn grants(tx: &mut ReadTx) -> Result<Vec<GrantRow>, Error> {
    store::grants(tx).await
}

/// Revokes a grant: all of its tokens fail on their next use. False where there is no such grant in
/// force.
pub async fn revoke_grant(mut tx: WriteTx, grant: GrantId) -> Result<bool, Error> {
    let revoked = store::revoke_grant(&mut tx, grant).await?;
    if revoked {
        tx.commit(AuditEntry::about("oauth.grant_revoked", grant))
            .await?;
    }
    Ok(revoked)
}
