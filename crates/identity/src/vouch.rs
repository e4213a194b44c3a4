use db::Db;
use kernel::Scope;

use crate::{Email, store};

/// Takes the operator's word that an address is whose account it is, as the broker's login. False
/// where nobody has an account under it.
pub async fn vouch(db: &Db, email: &Email) -> Result<bool, db::Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let known = store::links::vouch(&mut tx, email).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "identity.vouch writes the entries, into the logs of the person's organisations"
    )]
    tx.commit_silently().await?;
    Ok(known)
}
