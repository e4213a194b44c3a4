use axum::Json;
use connectors::Receipt as Row;
use kernel::{ConnectionId, PageSize};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::api::page_size;
use crate::extract::{Id, Query, Reads};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsRead;

/// What came of ending a connection.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Receipt {
    /// The connection.
    #[schema(example = "con_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    connection: String,
    /// The app.
    app: String,
    /// What its person called it.
    name: String,
    /// When it ended: no call has begun since.
    #[serde(with = "time::serde::rfc3339")]
    ended_at: OffsetDateTime,
    /// Who ended it; empty for who may not know people.
    ended_by: String,
    /// Proposals that waited for it, and were revoked with it.
    proposals_revoked: u32,
    /// What came of telling the app: `confirmed`, `not_confirmed`, `not_possible` or `nothing_to_revoke`; nothing
    /// while it is told again.
    revocation: Option<&'static str>,
    /// Why the app did not confirm the last time: a stable code.
    revocation_code: Option<String>,
    /// How often there was a turn to tell the app.
    tries: u32,
    /// When it is told again; nothing where it is not.
    #[serde(with = "time::serde::rfc3339::option")]
    next_try_at: Option<OffsetDateTime>,
    /// Sealed secrets that were destroyed here; nothing while they are needed to tell the app.
    secrets_destroyed: Option<u32>,
    /// When they were.
    #[serde(with = "time::serde::rfc3339::option")]
    closed_at: Option<OffsetDateTime>,
}

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// 1 to 200, 50 unless told.
    limit: Option<u16>,
}

/// Receipts of connections that have ended, the latest first.
#[utoipa::path(get, path = "/api/v1/connections/receipts", tag = "connectors", params(Which),
    responses((status = 200, description = "The latest.", body = Vec<Receipt>)),
)]
pub(super) async fn list_receipts(
    mut can: Reads<ConnectorsRead>,
    Query(which): Query<Which>,
) -> Result<Json<Vec<Receipt>>, Problem> {
    let page: PageSize = page_size(which.limit)?;
    let rows = connectors::receipts(&mut can.tx, page).await?;
    Ok(Json(rows.into_iter().map(Receipt::from).collect()))
}

/// The receipt of a connection that has ended.
#[utoipa::path(get, path = "/api/v1/connections/{id}/receipt", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "What was and was not confirmed.", body = Receipt)),
)]
pub(super) async fn show_receipt(
    mut can: Reads<ConnectorsRead>,
    Id(id): Id<ConnectionId>,
) -> Result<Json<Receipt>, Problem> {
    let row = connectors::receipt(&mut can.tx, id).await?;
    row.map(|row| Json(row.into()))
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))
}

impl From<Row> for Receipt {
    fn from(row: Row) -> Self {
        Self {
            connection: row.connection.to_string(),
            app: row.app,
            name: row.name,
            ended_at: row.ended_at,
            ended_by: row.ended_by,
            proposals_revoked: row.proposals_revoked,
            revocation: row.closed.map(|closed| closed.revocation.as_str()),
            revocation_code: row.revocation_code,
            tries: row.tries,
            next_try_at: row.closed.is_none().then_some(row.next_try_at),
            secrets_destroyed: row.closed.map(|closed| closed.secrets_destroyed),
            closed_at: row.closed.map(|closed| closed.at),
        }
    }
}
