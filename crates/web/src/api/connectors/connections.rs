use axum::Json;
use kernel::ConnectionId;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::{Id, Reads};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsRead;

/// A connected app.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Connection {
    /// Its identifier.
    #[schema(example = "con_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    pub(super) id: String,
    /// The app.
    app: String,
    /// `read` or `write`: what its token was asked for.
    purpose: &'static str,
    /// What its person calls it.
    name: String,
    /// Where a self-hosted app lives.
    instance: Option<String>,
    /// `pending`, `connected`, `reconnect` or `disconnected`.
    state: &'static str,
    /// Why a person must reconnect: a stable code.
    state_reason: Option<String>,
    /// What was asked for.
    scopes_requested: Vec<String>,
    /// What the provider says it granted; nothing where it did not say.
    scopes_granted: Option<Vec<String>>,
    /// When its credential ends, as far as the app told it: connect the app again before.
    #[serde(with = "time::serde::rfc3339::option")]
    credential_ends_at: Option<OffsetDateTime>,
    /// Who connected it.
    connected_by: String,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it last became connected.
    #[serde(with = "time::serde::rfc3339::option")]
    connected_at: Option<OffsetDateTime>,
    /// When a call last left through it.
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
    /// Since when it waits for review, as nobody used it for a month.
    #[serde(with = "time::serde::rfc3339::option")]
    raised_at: Option<OffsetDateTime>,
    /// What whoever asks may do with it, as far as their permissions go: `view`, or `edit`, which is to
    /// use it as well. `none` where they see it to end it alone.
    access: &'static str,
}

/// The organisation's connections that whoever asks may see, in the order of their making.
#[utoipa::path(get, path = "/api/v1/connections", tag = "connectors", responses(
    (status = 200, description = "All of them.", body = Vec<Connection>),
))]
pub(super) async fn list_connections(
    mut can: Reads<ConnectorsRead>,
) -> Result<Json<Vec<Connection>>, Problem> {
    let rows = connectors::connections(&mut can.tx).await?;
    Ok(Json(rows.into_iter().map(Connection::from).collect()))
}

/// One connection.
#[utoipa::path(get, path = "/api/v1/connections/{id}", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "As it stands.", body = Connection)),
)]
pub(super) async fn show_connection(
    mut can: Reads<ConnectorsRead>,
    Id(id): Id<ConnectionId>,
) -> Result<Json<Connection>, Problem> {
    let row = connectors::connection(&mut can.tx, id).await?;
    row.map(|row| Json(row.into()))
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))
}

impl From<connectors::Connection> for Connection {
    fn from(row: connectors::Connection) -> Self {
        Self {
            id: row.id.to_string(),
            app: row.app,
            purpose: if row.writes { "write" } else { "read" },
            name: row.name,
            instance: row.instance,
            state: row.state.as_str(),
            state_reason: row.state_reason,
            scopes_requested: row.scopes_requested,
            scopes_granted: row.scopes_granted,
            credential_ends_at: row.credential_ends_at,
            connected_by: row.connected_by,
            created_at: row.created_at,
            connected_at: row.connected_at,
            last_used_at: row.last_used_at,
            raised_at: row.raised_at,
            access: row.access.as_str(),
        }
    }
}
