use db::{Error, ReadTx};

use crate::store;

/// What the bound organisation shows to everybody: its name. For a transaction of an anonymous key.
pub async fn public_name(tx: &mut ReadTx) -> Result<String, Error> {
    store::public_name(tx).await?.ok_or(Error::Unauthenticated)
}
