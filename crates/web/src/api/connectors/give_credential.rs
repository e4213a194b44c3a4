use axum::Json as Answer;
use broker::protocol::{Answer as Told, Call, KeyOf, SecretText};
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
    /// `api_key`, `basic`, `bot_token`, `mail` or `app_key`: the one that `GET /api/v1/apps` names for the app.
    class: String,
    /// The user that it belongs to, with `basic` and `mail`.
    user: Option<String>,
    /// The app's identifier, with `app_key` alone.
    app: Option<String>,
    /// The identifier of where the app is installed, with `app_key` alone.
    installation: Option<String>,
    /// The key, token or password, or the private key of an app in PEM: goes to the broker and nowhere else.
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
    let given = GivenCredential {
        class: given.class,
        user: given.user,
        app: given.app,
        installation: given.installation,
        text: given.credential,
    };
    keep_credential(&can.release(), connection, given).await?;
    Ok(Answer(Given { state: "connected" }))
}

/// What was pasted, and what goes with it.
pub(crate) struct GivenCredential {
    pub(crate) class: String,
    pub(crate) user: Option<String>,
    pub(crate) app: Option<String>,
    pub(crate) installation: Option<String>,
    pub(crate) text: SecretText,
}

/// Hands what was pasted to the broker, which asks the app about it.
pub(crate) async fn keep_credential(
    caller: &Caller,
    connection: ConnectionId,
    given: GivenCredential,
) -> Result<(), Problem> {
    let key_of = match (given.app, given.installation) {
        (None, None) => None,
        (app, installation) => Some(KeyOf {
            app: app.unwrap_or_default().trim().to_owned(),
            installation: installation.unwrap_or_default().trim().to_owned(),
        }),
    };
    let call = Call::KeepCredential {
        connection,
        class: given.class,
        user: given.user,
        key_of,
        text: given.text,
    };
    match caller.ask(call).await? {
        Told::Connected { .. } => Ok(()),
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}
