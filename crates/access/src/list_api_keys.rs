use db::{Error, ReadTx};
use kernel::ApiKeyId;

use crate::{KeyRow, store};

/// A key as it may be shown after it was made.
pub type ApiKeyRow = KeyRow<ApiKeyId>;

/// The bound organisation's keys, newest first.
pub async fn api_keys(tx: &mut ReadTx) -> Result<Vec<ApiKeyRow>, Error> {
    store::api_keys(tx).await
}
