use axum::Json;
use broker::protocol::{Answer as Told, Call};
use kernel::ConnectionId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Caller, Id};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;

/// A connection that has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Ended {
    /// Whether the provider confirmed that the tokens are revoked; nothing where it has no way to.
    /// Here they are destroyed either way.
    revoked: Option<bool>,
}

/// Ends a connection: revokes its tokens at the provider where that is possible, and destroys them.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "Ended.", body = Ended)),
)]
pub(super) async fn disconnect(
    can: Can<ConnectorsManage>,
    Id(connection): Id<ConnectionId>,
) -> Result<Json<Ended>, Problem> {
    let revoked = end_connection(&can.release(), connection).await?;
    Ok(Json(Ended { revoked }))
}

/// Asks the broker to end it.
pub(crate) async fn end_connection(
    caller: &Caller,
    connection: ConnectionId,
) -> Result<Option<bool>, Problem> {
    match caller
        .state
        .broker
        .call(&caller.scope, Call::Disconnect { connection })
        .await?
    {
        Told::Disconnected { revoked } => Ok(revoked),
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}
