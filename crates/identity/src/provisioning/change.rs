use db::WriteTx;
use kernel::{AuditEntry, UserId};

use super::{DirectoryPerson, ProvisionError};
use crate::store;

/// Takes a directory's word about somebody whom it has named. Their account takes the address and the name, while
/// nobody but the directory speaks for it. Returns what to tell in the audit log.
pub async fn change_provisioned(
    tx: &mut WriteTx,
    user: UserId,
    person: DirectoryPerson<'_>,
) -> Result<AuditEntry, ProvisionError> {
    match store::provisioning::change(tx, user, person)
        .await?
        .as_str()
    {
        "changed" => Ok(AuditEntry::about("identity.provisioned_changed", user)),
        "taken" => Err(ProvisionError::Taken),
        "foreign" => Err(ProvisionError::Foreign),
        "own" => Err(ProvisionError::Own),
        _ => Err(ProvisionError::Gone),
    }
}
