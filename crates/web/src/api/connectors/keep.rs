use http::StatusCode;
use kernel::ConnectionId;

use crate::Can;
use crate::extract::Id;
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;

/// Says that a connection is still needed: it waits for review no more, and is raised again after another month
/// without use.
#[utoipa::path(post, path = "/api/v1/connections/{id}/keep", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")),
    responses((status = 204, description = "Kept.")),
)]
pub(super) async fn keep_connection(
    can: Can<ConnectorsManage>,
    Id(connection): Id<ConnectionId>,
) -> Result<StatusCode, Problem> {
    keep(can, connection).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that it is needed.
pub(crate) async fn keep(
    can: Can<ConnectorsManage>,
    connection: ConnectionId,
) -> Result<(), Problem> {
    let caller = can.release();
    let tx = caller.state.db.write(&caller.scope).await?;
    if !connectors::keep(tx, connection).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    Ok(())
}
