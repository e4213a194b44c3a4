use axum::Json as Answer;
use connectors::NewConnection;
use http::StatusCode;
use kernel::ConnectionId;
use manifest::Class;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Can;
use crate::extract::Json;
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;

/// A connection to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConnectionForm {
    /// The app, from `GET /api/v1/apps`.
    app: String,
    /// What to call it.
    name: String,
    /// Where a self-hosted app lives; leave it out for an app that is in one place.
    instance: Option<String>,
    /// What its token is asked for: one that reads is another one than one that writes.
    purpose: Purpose,
}

/// What a connection's token is asked for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Purpose {
    /// Metadata, for scans.
    Read,
    /// What people have countersigned.
    Write,
}

/// A connection that waits for the provider's consent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Added {
    /// Its identifier.
    #[schema(example = "con_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// `pending`
    state: &'static str,
    /// The least scopes that its purpose needs: nobody chooses more.
    scopes_requested: Vec<String>,
}

/// Adds a connection, to be authorized next.
#[utoipa::path(post, path = "/api/v1/connections", tag = "connectors",
    request_body = NewConnectionForm,
    responses((status = 201, description = "Added.", body = Added)),
)]
pub(super) async fn create_connection(
    can: Can<ConnectorsManage>,
    Json(form): Json<NewConnectionForm>,
) -> Result<(StatusCode, Answer<Added>), Problem> {
    let caller = can.release();
    let state = &caller.state;
    let manifest = state
        .apps
        .get(&form.app)
        .ok_or_else(|| Problem::new(kind::UNKNOWN_APP))?;
    let purpose = match form.purpose {
        Purpose::Read => Class::Read,
        Purpose::Write => Class::Write,
    };
    let new = NewConnection::parse(manifest, &form.name, form.instance.as_deref(), purpose)?;
    let id = ConnectionId::new(state.now(), state.db.chance());
    connectors::add_connection(caller.write().await?, id, new).await?;
    let scopes_requested = connectors::scopes_for(manifest, purpose);
    let added = Added {
        id: id.to_string(),
        state: "pending",
        scopes_requested,
    };
    Ok((StatusCode::CREATED, Answer(added)))
}
