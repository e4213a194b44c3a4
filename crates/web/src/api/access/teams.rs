use access::TeamName;
use axum::Json as Answer;
use http::StatusCode;
use kernel::{TeamId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::Can;
use crate::extract::{Id, Json, Query, Reads, Recent};
use crate::problem::{Problem, kind};
use crate::route::permission::{TeamsManage, TeamsRead};

/// A team of the organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Team {
    /// Its identifier.
    #[schema(example = "tea_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// What people call it.
    name: String,
    /// Who is in it, in the order of joining.
    members: Vec<TeamMember>,
    /// Whether the organisation's directory says who is in it, and people do not.
    is_provisioned: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// Somebody who is in a team.
#[derive(Debug, Serialize, ToSchema)]
struct TeamMember {
    /// The person.
    user: String,
    /// Their name.
    name: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    joined_at: OffsetDateTime,
}

/// What a team is to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TeamToBe {
    /// Up to 60 characters.
    name: String,
}

/// A team that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeTeam {
    /// Its identifier.
    id: String,
}

/// What became of a team's members.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RemovedTeam {
    /// How many were in it.
    members: i32,
}

/// Who joins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Joining {
    /// A member of the organisation.
    #[schema(example = "usr_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    user: String,
}

/// Who leaves.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Leaving {
    /// The person.
    #[serde(default)]
    user: String,
}

/// The organisation's teams, by name.
#[utoipa::path(get, path = "/api/v1/teams", tag = "access", responses(
    (status = 200, description = "With who is in them.", body = Vec<Team>),
))]
pub(super) async fn list_teams(mut can: Reads<TeamsRead>) -> Result<Answer<Vec<Team>>, Problem> {
    let teams = access::teams(&mut can.tx).await?;
    Ok(Answer(teams.into_iter().map(Team::from).collect()))
}

/// Makes a team, of nobody.
#[utoipa::path(post, path = "/api/v1/teams", tag = "access", request_body = TeamToBe, responses(
    (status = 201, description = "Made.", body = MadeTeam),
))]
pub(super) async fn make_team(
    can: Can<TeamsManage>,
    Json(form): Json<TeamToBe>,
) -> Result<(StatusCode, Answer<MadeTeam>), Problem> {
    let name = TeamName::parse(&form.name)?;
    let caller = can.release();
    let id = access::make_team(&caller.state.db, &caller.scope, &name).await?;
    let made = MadeTeam { id: id.to_string() };
    Ok((StatusCode::CREATED, Answer(made)))
}

/// Calls a team something else.
#[utoipa::path(put, path = "/api/v1/teams/{id}", tag = "access", request_body = TeamToBe,
    params(("id" = String, Path, description = "The team.")),
    responses((status = 204, description = "Renamed.")),
)]
pub(super) async fn rename_team(
    can: Can<TeamsManage>,
    Id(team): Id<TeamId>,
    Json(form): Json<TeamToBe>,
) -> Result<StatusCode, Problem> {
    let name = TeamName::parse(&form.name)?;
    let caller = can.release();
    access::rename_team(caller.write().await?, team, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a team, with all that its members were given by it.
#[utoipa::path(delete, path = "/api/v1/teams/{id}", tag = "access",
    params(("id" = String, Path, description = "The team.")),
    responses((status = 200, description = "Removed.", body = RemovedTeam)),
)]
pub(super) async fn remove_team(
    can: Can<TeamsManage>,
    Id(team): Id<TeamId>,
) -> Result<Answer<RemovedTeam>, Problem> {
    let caller = can.release();
    let members = access::remove_team(caller.write().await?, team).await?;
    Ok(Answer(RemovedTeam { members }))
}

/// Adds somebody to a team, who has what it was given from then on. It must not be more than whoever
/// adds them holds.
#[utoipa::path(put, path = "/api/v1/teams/{id}/members", tag = "access", request_body = Joining,
    params(("id" = String, Path, description = "The team.")),
    responses((status = 204, description = "They are in it.")),
)]
pub(super) async fn join_team(
    recent: Recent<TeamsManage>,
    Id(team): Id<TeamId>,
    Json(joining): Json<Joining>,
) -> Result<StatusCode, Problem> {
    let person = joining.user.parse::<UserId>();
    let person = person
        .map_err(|error| Problem::new(kind::TEAM_INVALID).field("user", error.to_string()))?;
    let caller = recent.0.release();
    access::join_team(caller.write().await?, team, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody out of a team.
#[utoipa::path(delete, path = "/api/v1/teams/{id}/members", tag = "access",
    params(("id" = String, Path, description = "The team."), Leaving),
    responses((status = 204, description = "They are not in it any more.")),
)]
pub(super) async fn leave_team(
    can: Can<TeamsManage>,
    Id(team): Id<TeamId>,
    Query(leaving): Query<Leaving>,
) -> Result<StatusCode, Problem> {
    let person = leaving.user.parse::<UserId>();
    let person = person.map_err(|_| Problem::new(kind::NOT_FOUND))?;
    let caller = can.release();
    access::leave_team(caller.write().await?, team, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<access::Team> for Team {
    fn from(team: access::Team) -> Self {
        let members = team.members.into_iter().map(|member| TeamMember {
            user: member.user.to_string(),
            name: member.name,
            joined_at: member.joined_at,
        });
        Self {
            id: team.id.to_string(),
            name: team.name,
            members: members.collect(),
            is_provisioned: team.is_provisioned,
            created_at: team.created_at,
        }
    }
}
