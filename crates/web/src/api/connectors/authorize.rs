use axum::Json as Answer;
use broker::protocol::{Answer as Told, Call, SecretText};
use kernel::ConnectionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Caller, Id, Json};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;

const MAX_CLIENT_ID: usize = 300;

/// The client that the app knows this server as.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    /// Its public name at the app.
    client_id: String,
    /// Its secret: goes to the broker and nowhere else. Leave it out where the broker has it.
    #[schema(value_type = Option<String>, format = Password)]
    client_secret: Option<SecretText>,
}

/// Where to send the person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Consent {
    /// The provider's page, which names the scopes. It sends the person back to
    /// `/connectors/callback`.
    url: String,
}

/// Begins an OAuth round trip (code with PKCE and state) for a connection.
#[utoipa::path(post, path = "/api/v1/connections/{id}/authorize", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")), request_body = Client,
    responses((status = 200, description = "Begun.", body = Consent)),
)]
pub(super) async fn authorize(
    can: Can<ConnectorsManage>,
    Id(connection): Id<ConnectionId>,
    Json(client): Json<Client>,
) -> Result<Answer<Consent>, Problem> {
    let client = (client_id(&client.client_id)?, client.client_secret);
    let url = begin_connect(&can.release(), connection, client).await?;
    Ok(Answer(Consent { url }))
}

/// Reads a client's identifier: printable ASCII (RFC 6749 A.1).
pub(crate) fn client_id(text: &str) -> Result<String, Problem> {
    let id = text.trim();
    let is_printable = id.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_printable && (1..=MAX_CLIENT_ID).contains(&id.len()) {
        return Ok(id.to_owned());
    }
    let problem = Problem::new(kind::CONNECTION_INVALID);
    Err(problem.field(
        "client_id",
        "write the id of the client that you registered at the app: 1 to 300 printable characters",
    ))
}

/// Asks the broker to begin, and returns the provider's page.
pub(crate) async fn begin_connect(
    caller: &Caller,
    connection: ConnectionId,
    (client_id, client_secret): (String, Option<SecretText>),
) -> Result<String, Problem> {
    let redirect_uri = caller.state.link("/connectors/callback");
    let call = Call::BeginConnect {
        connection,
        client_id,
        client_secret,
        redirect_uri,
    };
    match caller.ask(call).await? {
        Told::Authorize { url } => Ok(url),
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}
