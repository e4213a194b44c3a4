use db::WriteTx;
use kernel::{AuditEntry, UserId};

use super::ProvisionError;
use crate::store;

/// Ends all that somebody can do in the bound organisation, until [`reinstate`]: sessions, keys, links, grants
/// and jobs. An invitation that waits is taken back. Returns what to tell; nothing where nothing changed.
pub async fn suspend(tx: &mut WriteTx, user: UserId) -> Result<Option<AuditEntry>, ProvisionError> {
    match store::provisioning::suspend(tx, user).await?.as_str() {
        "suspended" => Ok(Some(AuditEntry::about("identity.suspended", user))),
        "withdrawn" => Ok(Some(AuditEntry::about(
            "identity.invitation_withdrawn",
            user,
        ))),
        "was" => Ok(None),
        "owner" => Err(ProvisionError::Owner),
        _ => Err(ProvisionError::Gone),
    }
}

/// Lets somebody come back as what they were, without the sessions, keys and grants that ended. Whoever never was
/// a member is asked by mail. Returns what to tell; nothing where nothing changed.
pub async fn reinstate(
    tx: &mut WriteTx,
    user: UserId,
) -> Result<Option<AuditEntry>, ProvisionError> {
    match store::provisioning::reinstate(tx, user).await?.as_str() {
        "reinstated" => Ok(Some(AuditEntry::about("identity.reinstated", user))),
        "invited" => Ok(Some(
            AuditEntry::about("identity.provisioned", user).with("became", "invited"),
        )),
        "was" | "waits" => Ok(None),
        "many" | "silence" => Err(ProvisionError::TooMany),
        _ => Err(ProvisionError::Gone),
    }
}

/// Ends a membership, and what the directory says of it. The account stays its person's.
pub async fn end_provisioned(tx: &mut WriteTx, user: UserId) -> Result<AuditEntry, ProvisionError> {
    match store::provisioning::end(tx, user).await?.as_str() {
        "ended" => Ok(AuditEntry::about("identity.deprovisioned", user)),
        "owner" => Err(ProvisionError::Owner),
        _ => Err(ProvisionError::Gone),
    }
}
