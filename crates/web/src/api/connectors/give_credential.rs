use axum::Json as Answer;
use broker::protocol::{Answer as Told, Call, SecretText};
use kernel::ConnectionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Caller, Id, Json};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;

/// A credential that the app made, for an app that is not connected by OAuth.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credential {
    /// `api_key`, `basic`, `bot_token` or `mail`: the one that `GET /api/v1/apps` names for the app.
    class: String,
    /// The user that it belongs to, with `basic` and `mail`.
    user: Option<String>,
    /// The key, token or password: goes to the broker and nowhere else.
    #[schema(value_type = String, format = Password)]
    credential: SecretText,
}

/// A connection that works.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Given {
    /// `connected`
    state: &'static str,
}

/// Gives a connection its credential, once the app has accepted it. No answer shows it again: to replace it, give
/// another one.
#[utoipa::path(post, path = "/api/v1/connections/{id}/credential", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")), request_body = Credential,
    responses((status = 200, description = "The app accepted it.", body = Given)),
)]
pub(super) async fn give_credential(
    can: Can<ConnectorsManage>,
    Id(connection): Id<ConnectionId>,
    Json(given): Json<Credential>,
) -> Result<Answer<Given>, Problem> {
    let credential = (given.class, given.user, given.credential);
    keep_credential(&can.release(), connection, credential).await?;
    Ok(Answer(Given { state: "connected" }))
}

/// Hands what was pasted to the broker, which asks the app about it.
pub(crate) async fn keep_credential(
    caller: &Caller,
    connection: ConnectionId,
    (class, user, text): (String, Option<String>, SecretText),
) -> Result<(), Problem> {
    let call = Call::KeepCredential {
        connection,
        class,
        user,
        text,
    };
    match caller.ask(call).await? {
        Told::Connected { .. } => Ok(()),
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}
