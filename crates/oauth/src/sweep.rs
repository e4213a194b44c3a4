use db::{Db, Error};
use kernel::Scope;

use crate::store;

/// Takes away what is over: expired tokens and codes, grants that ended a month ago, clients that
/// registered a week ago and were never let in.
pub async fn sweep(db: &Db) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::sweep(&mut tx).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "what ended was told when it ended"
    )]
    tx.commit_silently().await
}
