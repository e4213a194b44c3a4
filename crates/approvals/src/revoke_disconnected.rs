use db::{Error, WriteTx};
use kernel::ConnectionId;

use crate::store;

/// Revokes every proposal that waits, or is approved and not claimed, for a connection that ends in
/// this transaction, with an audit entry for each. Returns how many. Only the broker's role may, and
/// only for whoever may end the connection.
pub async fn revoke_disconnected(tx: &mut WriteTx, connection: ConnectionId) -> Result<i32, Error> {
    store::revoke_disconnected(tx, connection).await
}
