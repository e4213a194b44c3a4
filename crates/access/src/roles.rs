use db::{Db, Error, ReadTx, WriteTx};
use kernel::{AuditEntry, RoleId, Scope, UserId};
use time::OffsetDateTime;

use crate::{NewRole, store};

/// A role of the bound organisation's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its identifier.
    pub id: RoleId,
    /// What people call it.
    pub name: String,
    /// Who may change its holders: 80 to 20.
    pub level: i32,
    /// Exactly what its holders may do, but for names that have left the catalogue.
    pub permissions: Vec<String>,
    /// Who has it.
    pub holders: Vec<Holder>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub created_at: OffsetDateTime,
}

/// Somebody who has a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
}

/// Why a role is not made, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// There is no such role.
    #[error("there is no such role")]
    Gone,
    /// The role has, or would get, more than the person holds.
    #[error("a role cannot be given more than you hold yourself, nor one above you be changed")]
    Beyond,
    /// Another role is called so.
    #[error("another role has that name")]
    NameTaken,
    /// An organisation has at most 100.
    #[error("there are 100 roles already: remove one first")]
    TooMany,
    /// The database failed.
    #[error("the role could not be stored")]
    Database(#[from] Error),
}

/// The bound organisation's roles that the bound person may see, the highest level first.
pub async fn roles(tx: &mut ReadTx) -> Result<Vec<Role>, Error> {
    store::roles::roles(tx).await
}

/// Makes a role.
pub async fn make_role(db: &Db, scope: &Scope, new: &NewRole) -> Result<RoleId, RoleError> {
    let id = RoleId::new(db.clock().now(), db.chance());
    let mut tx = db.write(scope).await?;
    judge(&store::roles::make(&mut tx, id, new).await?)?;
    tx.commit(told("access.role_made", id, new)).await?;
    Ok(id)
}

/// Changes a role, for each of its holders from their next request on.
pub async fn change_role(mut tx: WriteTx, id: RoleId, new: &NewRole) -> Result<(), RoleError> {
    judge(&store::roles::change(&mut tx, id, new).await?)?;
    tx.commit(told("access.role_changed", id, new)).await?;
    Ok(())
}

/// Removes a role. Its holders look around from their next request on: participants of level 20.
/// Returns how many they were.
pub async fn remove_role(mut tx: WriteTx, id: RoleId) -> Result<i32, RoleError> {
    let (verdict, holders) = store::roles::remove(&mut tx, id).await?;
    judge(&verdict)?;
    let entry = AuditEntry::about("access.role_removed", id).with("holders", i64::from(holders));
    tx.commit(entry).await?;
    Ok(holders)
}

fn told(action: &'static str, id: RoleId, new: &NewRole) -> AuditEntry {
    AuditEntry::about(action, id)
        .with("level", i64::from(new.level()))
        .with("permissions", new.permissions().join(" "))
}

fn judge(verdict: &str) -> Result<(), RoleError> {
    match verdict {
        "made" | "changed" | "removed" => Ok(()),
        "beyond" => Err(RoleError::Beyond),
        "taken" => Err(RoleError::NameTaken),
        "many" => Err(RoleError::TooMany),
        _ => Err(RoleError::Gone),
    }
}
