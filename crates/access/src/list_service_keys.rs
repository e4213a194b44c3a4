use db::{Error, ReadTx};
use kernel::ServiceKeyId;

use crate::{KeyRow, store};

/// A service key as it may be shown after it was made.
pub type ServiceKeyRow = KeyRow<ServiceKeyId>;

/// The bound organisation's service keys, newest first.
pub async fn service_keys(tx: &mut ReadTx) -> Result<Vec<ServiceKeyRow>, Error> {
    store::service_keys(tx).await
}
