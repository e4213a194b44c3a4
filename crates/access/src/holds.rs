use db::{Error, ReadTx};

use crate::store;

/// Whether the bound credential holds `permission`, as the database's policies see it.
pub async fn holds(tx: &mut ReadTx, permission: &str) -> Result<bool, Error> {
    store::holds(tx, permission).await
}
