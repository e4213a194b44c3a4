use db::WriteTx;

use crate::store;

/// Why an account stays.
#[derive(Debug, thiserror::Error)]
pub enum DeleteAccountError {
    /// What was typed to confirm is not the account's address.
    #[error("that is not your address")]
    Typed,
    /// An organisation with other members would be left without an owner.
    #[error("you are the last owner of an organisation with other members")]
    LastOwner,
    /// An app is connected to an organisation that would go along.
    #[error(
        "apps are connected to an organisation that goes along: disconnect them there first, under Connectors. Once each has its receipt, try again"
    )]
    Connected,
    /// The database failed.
    #[error("the account could not be deleted")]
    Database(#[from] db::Error),
}

/// Deletes the bound person's account, and each organisation in which they are alone. `typed` is their address,
/// typed to confirm. What becomes of each table is in [`crate::PERSONAL`].
pub async fn delete_account(mut tx: WriteTx, typed: &str) -> Result<(), DeleteAccountError> {
    match store::account::delete_account(&mut tx, typed)
        .await?
        .as_str()
    {
        "deleted" => {}
        "last_owner" => return Err(DeleteAccountError::LastOwner),
        "connected" => return Err(DeleteAccountError::Connected),
        _ => return Err(DeleteAccountError::Typed),
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "identity.delete_account writes the entries, into the logs of the person's organisations"
    )]
    tx.commit_silently().await?;
    Ok(())
}
