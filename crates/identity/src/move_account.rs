use db::Db;
use kernel::Scope;

use crate::{Email, store};

/// Why an account stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum MoveAccountError {
    /// Nobody has an account under the address.
    #[error("nobody has an account under that address")]
    Gone,
    /// The other address has an account of its own.
    #[error("the new address has an account of its own")]
    Taken,
    /// Nobody has mail at the other address.
    #[error("nobody can have mail at the new address")]
    Reserved,
    /// The database failed.
    #[error("the account could not be moved")]
    Database(#[from] db::Error),
}

/// Takes the operator's word that an account is another address's, as the verifier's login: for somebody who lost
/// the mailbox that would have to agree. The new address counts as verified. Every session of theirs ends.
pub async fn move_account(db: &Db, from: &Email, to: &Email) -> Result<(), MoveAccountError> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    match store::account::move_account(&mut tx, from, to)
        .await?
        .as_str()
    {
        "moved" => {}
        "taken" => return Err(MoveAccountError::Taken),
        "reserved" => return Err(MoveAccountError::Reserved),
        _ => return Err(MoveAccountError::Gone),
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "identity.move_account writes the entries, into the logs of the person's organisations"
    )]
    tx.commit_silently().await?;
    Ok(())
}
