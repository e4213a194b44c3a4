use access::{Asset, Grantee};
use axum::Json as Answer;
use http::StatusCode;
use kernel::{AssetAccess, ConnectionId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::Can;
use crate::extract::{Id, Json, Query, Reads, Recent};
use crate::problem::{Problem, kind};
use crate::route::permission::{ConnectorsRead, ConnectorsShare};

/// Who may do what with a connection, as far as their permissions go. Whoever made it may edit it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sharing {
    /// What everybody in the organisation may do: `none`, `view` or `edit`.
    everybody: &'static str,
    /// What whoever asks may do. `none` where they see it to end it alone.
    access: &'static str,
    /// To whom it was given, people first.
    grants: Vec<AssetGrant>,
}

/// What somebody was given.
#[derive(Debug, Serialize, ToSchema)]
struct AssetGrant {
    /// A person or a team.
    #[schema(example = "tea_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    to: String,
    /// Their name, or the team's.
    name: String,
    /// `view` or `edit`.
    access: &'static str,
    /// Who gave it.
    given_by: String,
    /// When it was given, or last changed.
    #[serde(with = "time::serde::rfc3339")]
    given_at: OffsetDateTime,
}

/// What is given to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Giving {
    /// A member or a team of the organisation.
    #[schema(example = "usr_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    to: String,
    /// `view`, or `edit`, which is to use it as well.
    access: String,
}

/// From whom it is taken back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Taking {
    /// A person or a team.
    #[serde(default)]
    from: String,
}

/// What everybody may do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    /// `none`, `view`, or `edit`, which is to use it as well.
    access: String,
}

/// Who may do what with a connection.
#[utoipa::path(get, path = "/api/v1/connections/{id}/grants", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "As it stands.", body = Sharing)),
)]
pub(super) async fn show_sharing(
    mut can: Reads<ConnectorsRead>,
    Id(id): Id<ConnectionId>,
) -> Result<Answer<Sharing>, Problem> {
    let connection = connectors::connection(&mut can.tx, id).await?;
    let connection = connection.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let grants = access::asset_grants(&mut can.tx, Asset::Connection(id)).await?;
    Ok(Answer(Sharing {
        everybody: connection.everybody.as_str(),
        access: connection.access.as_str(),
        grants: grants.into_iter().map(AssetGrant::from).collect(),
    }))
}

/// Gives a connection to a person or a team, or changes what they were given.
#[utoipa::path(put, path = "/api/v1/connections/{id}/grants", tag = "connectors", request_body = Giving,
    params(("id" = String, Path, description = "The connection.")),
    responses((status = 204, description = "Given.")),
)]
pub(super) async fn give_connection(
    recent: Recent<ConnectorsShare>,
    Id(id): Id<ConnectionId>,
    Json(giving): Json<Giving>,
) -> Result<StatusCode, Problem> {
    let (to, access) = parse_giving(&giving.to, &giving.access)?;
    let caller = recent.0.release();
    access::give(caller.write().await?, Asset::Connection(id), to, access).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a connection back from a person or a team, from the next request on.
#[utoipa::path(delete, path = "/api/v1/connections/{id}/grants", tag = "connectors",
    params(("id" = String, Path, description = "The connection."), Taking),
    responses((status = 204, description = "Taken back.")),
)]
pub(super) async fn take_connection(
    can: Can<ConnectorsShare>,
    Id(id): Id<ConnectionId>,
    Query(taking): Query<Taking>,
) -> Result<StatusCode, Problem> {
    let from = taking.from.parse::<Grantee>();
    let from = from.map_err(|_| Problem::new(kind::NOT_FOUND))?;
    let caller = can.release();
    access::take_back(caller.write().await?, Asset::Connection(id), from).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says what everybody in the organisation may do with a connection.
#[utoipa::path(put, path = "/api/v1/connections/{id}/everybody", tag = "connectors", request_body = Opening,
    params(("id" = String, Path, description = "The connection.")),
    responses((status = 204, description = "It holds from the next request on.")),
)]
pub(super) async fn open_connection(
    recent: Recent<ConnectorsShare>,
    Id(id): Id<ConnectionId>,
    Json(opening): Json<Opening>,
) -> Result<StatusCode, Problem> {
    let access = parse_access(&opening.access)?;
    let caller = recent.0.release();
    access::open_asset(caller.write().await?, Asset::Connection(id), access).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// To whom, and what.
pub(crate) fn parse_giving(to: &str, access: &str) -> Result<(Grantee, AssetAccess), Problem> {
    let to = to.parse::<Grantee>().map_err(|_| {
        Problem::new(kind::GRANT_INVALID).field("to", "choose a person or a team of yours")
    })?;
    Ok((to, parse_access(access)?))
}

/// What somebody may do.
pub(crate) fn parse_access(text: &str) -> Result<AssetAccess, Problem> {
    text.parse().map_err(|error: kernel::AssetAccessError| {
        Problem::new(kind::GRANT_INVALID).field("access", error.to_string())
    })
}

impl From<access::AssetGrant> for AssetGrant {
    fn from(grant: access::AssetGrant) -> Self {
        Self {
            to: grant.to.to_string(),
            name: grant.name,
            access: grant.access.as_str(),
            given_by: grant.given_by,
            given_at: grant.given_at,
        }
    }
}
