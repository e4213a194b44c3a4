use axum::Json as Answer;
use http::StatusCode;
use identity::OwnOrganisation;
use kernel::OrganisationId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::{Account, Id, Json, RecentAccount};
use crate::problem::Problem;

/// An organisation that the person who asks is in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Organisation {
    /// Its identifier.
    #[schema(example = "org_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// Its name.
    name: String,
    /// OWNER, ADMIN, PARTICIPANT or REVIEWER.
    role: String,
    /// The name of the organisation's own role that they have instead.
    custom_role: Option<String>,
    /// When they joined.
    #[serde(with = "time::serde::rfc3339")]
    joined_at: OffsetDateTime,
    /// Whether it asks for a second factor.
    asks_second_factor: bool,
    /// Whether the session that asks acts in it.
    is_current: bool,
}

/// The organisation to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrganisation {
    /// Its name.
    #[schema(example = "Example Service Desk")]
    name: String,
}

/// The organisation that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeOrganisation {
    /// Its identifier.
    #[schema(example = "org_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
}

/// The organisations of the person who asks, in the order of joining.
#[utoipa::path(get, path = "/api/v1/organisations", tag = "identity", responses(
    (status = 200, description = "Wherever they are a member.", body = Vec<Organisation>),
))]
pub(super) async fn list_organisations(
    mut account: Account,
) -> Result<Answer<Vec<Organisation>>, Problem> {
    let rows = identity::own_organisations(&mut account.tx).await?;
    Ok(Answer(rows.into_iter().map(Organisation::of).collect()))
}

/// Makes a further organisation, of which whoever asks is the owner. Their session goes on there.
#[utoipa::path(post, path = "/api/v1/organisations", tag = "identity", request_body = NewOrganisation,
    responses((status = 201, description = "Made.", body = MadeOrganisation)),
)]
pub(super) async fn make_organisation(
    account: Account,
    Json(form): Json<NewOrganisation>,
) -> Result<(StatusCode, Answer<MadeOrganisation>), Problem> {
    let holder = account.release();
    let tx = holder.write().await?;
    let id = identity::make_organisation(&holder.state.db, tx, &form.name).await?;
    let made = MadeOrganisation { id: id.to_string() };
    Ok((StatusCode::CREATED, Answer(made)))
}

/// Has the session that asks act in another organisation of its person's, from its next request on.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/switch", tag = "identity",
    params(("id" = String, Path, description = "The organisation.")),
    responses((status = 204, description = "Switched. A second factor may be due there.")),
)]
pub(super) async fn switch_organisation(
    account: Account,
    Id(to): Id<OrganisationId>,
) -> Result<StatusCode, Problem> {
    let holder = account.release();
    let tx = holder.write().await?;
    identity::switch_organisation(tx, holder.who.session, to).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the own membership where the session acts, with all that acts by it there.
///
/// The session goes on in another organisation of the person's, or in none.
#[utoipa::path(post, path = "/api/v1/organisations/leave", tag = "identity",
    responses((status = 204, description = "Left.")),
)]
pub(super) async fn leave_organisation(recent: RecentAccount) -> Result<StatusCode, Problem> {
    let holder = recent.0.release();
    let tx = holder.write().await?;
    identity::leave_organisation(tx, holder.who.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Organisation {
    fn of(row: OwnOrganisation) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            role: row.role,
            custom_role: row.custom_role,
            joined_at: row.joined_at,
            asks_second_factor: row.asks_second_factor,
            is_current: row.is_current,
        }
    }
}
