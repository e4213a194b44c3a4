use db::{Error, ReadTx, WriteTx};
use kernel::UserId;
use time::OffsetDateTime;

use crate::store;

/// Somebody whom the directory has named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The person.
    pub user: UserId,
    /// What the directory calls them.
    pub user_name: String,
    /// What it calls them for itself.
    pub external_id: Option<String>,
    /// What else it said of them, as JSON.
    pub attributes: String,
    /// Whether they are a member now.
    pub is_active: bool,
    /// When it named them.
    pub created_at: OffsetDateTime,
    /// When anything of this last changed.
    pub changed_at: OffsetDateTime,
}

/// Whom a directory looks up: everybody, or those of whom all of this is so.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// The person.
    pub user: Option<UserId>,
    /// What the directory calls them, whatever its case.
    pub user_name: Option<&'a str>,
    /// What it calls them for itself.
    pub external_id: Option<&'a str>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryPage<T> {
    /// So many in all.
    pub total: usize,
    /// Those of the part, in the order of naming.
    pub rows: Vec<T>,
}

/// Whom the directory has named: of those that are wanted, at most `most` after the first `skipped`.
pub async fn provisioned(
    tx: &mut ReadTx,
    wanted: Wanted<'_>,
    (skipped, most): (usize, usize),
) -> Result<DirectoryPage<Named>, Error> {
    store::provisioning::list(tx, wanted, (skipped, most)).await
}

/// Somebody whom the directory has named, held until the transaction ends; nothing where there is no such
/// person.
pub async fn hold_provisioned(tx: &mut WriteTx, user: UserId) -> Result<Option<Named>, Error> {
    if !store::provisioning::hold(tx, user).await? {
        return Ok(None);
    }
    let wanted = Wanted {
        user: Some(user),
        ..Wanted::default()
    };
    let found = store::provisioning::list(tx, wanted, (0, 1)).await?;
    Ok(found.rows.into_iter().next())
}
