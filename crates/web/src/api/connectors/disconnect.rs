use axum::Json as Answer;
use broker::protocol::{Answer as Told, Call};
use kernel::{ConnectionId, Revocation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Caller, Id, Json};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;

/// A connection that has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Ended {
    /// What came of telling the app: `confirmed`, `not_confirmed`, `not_possible` or `nothing_to_revoke`; nothing
    /// while it is told again, as its receipt says.
    revocation: Option<&'static str>,
}

/// Which connections to end: an app's, or everything, and nothing where it says neither.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Those of this app.
    #[schema(example = "github")]
    app: Option<String>,
    /// Those of every app.
    #[serde(default)]
    everything: bool,
}

/// Connections that have ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AllEnded {
    /// How many. Their apps are told one after the other: see the receipts.
    connections: u32,
}

/// Ends a connection: no call leaves from then on, the app is told to revoke its tokens where that is possible, and
/// they are destroyed here.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "Ended.", body = Ended)),
)]
pub(super) async fn disconnect(
    can: Can<ConnectorsManage>,
    Id(connection): Id<ConnectionId>,
) -> Result<Answer<Ended>, Problem> {
    let revocation = end_connection(&can.release(), connection).await?;
    let revocation = revocation.map(Revocation::as_str);
    Ok(Answer(Ended { revocation }))
}

/// The kill switch: ends every connection of the organisation at once, or those of one app.
#[utoipa::path(post, path = "/api/v1/connections/disconnect", tag = "connectors", request_body = Which,
    responses((status = 200, description = "Ended.", body = AllEnded)),
)]
pub(super) async fn disconnect_all(
    can: Can<ConnectorsManage>,
    Json(which): Json<Which>,
) -> Result<Answer<AllEnded>, Problem> {
    if which.app.is_some() == which.everything {
        let why = "Say which app, or that it is everything: one of the two.";
        return Err(Problem::new(kind::NOT_CONFIRMED).saying(why));
    }
    let connections = end_all(&can.release(), which.app).await?;
    Ok(Answer(AllEnded { connections }))
}

/// Asks the broker to end it. Nothing where the app is told again.
pub(crate) async fn end_connection(
    caller: &Caller,
    connection: ConnectionId,
) -> Result<Option<Revocation>, Problem> {
    let call = Call::Disconnect { connection };
    match caller.ask(call).await? {
        Told::Disconnected { revocation } => Ok(revocation),
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}

/// Asks the broker to end all of them, or those of one app. Returns how many.
pub(crate) async fn end_all(caller: &Caller, app: Option<String>) -> Result<u32, Problem> {
    let call = Call::DisconnectAll { app };
    match caller.ask(call).await? {
        Told::DisconnectedAll { connections } => Ok(connections),
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}
