use db::{Db, WriteTx};
use kernel::{AuditEntry, OrganisationId};

use crate::sign_up::check_name;
use crate::store;

/// Why there is no further organisation.
#[derive(Debug, thiserror::Error)]
pub enum MakeOrganisationError {
    /// Its name.
    #[error("{0}")]
    Name(&'static str),
    /// The person owns as many as anybody may.
    #[error("you own 20 organisations, which is as many as can be")]
    Many,
    /// Nobody has shown that mail to the person's address reaches them.
    #[error("confirm your address first")]
    Unverified,
    /// The database failed.
    #[error("the organisation could not be made")]
    Database(#[from] db::Error),
}

/// Makes an organisation with the bound person as its owner. Their session goes on there.
pub async fn make_organisation(
    db: &Db,
    mut tx: WriteTx,
    name: &str,
) -> Result<OrganisationId, MakeOrganisationError> {
    let name = name.trim();
    if let Some(wrong) = check_name(name) {
        return Err(MakeOrganisationError::Name(wrong));
    }
    let id = OrganisationId::new(db.clock().now(), db.chance());
    match store::account::make_organisation(&mut tx, id, name)
        .await?
        .as_str()
    {
        "made" => {}
        "many" => return Err(MakeOrganisationError::Many),
        _ => return Err(MakeOrganisationError::Unverified),
    }
    tx.commit(AuditEntry::about("identity.organisation_made", id))
        .await?;
    Ok(id)
}
