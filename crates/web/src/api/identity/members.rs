use http::StatusCode;
use identity::{Given, Standing};
use kernel::{RoleId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Id, Json, Recent};
use crate::problem::{Problem, kind};
use crate::route::permission::PeopleManage;

/// What somebody is to be: a role of the organisation's own, or a built-in one with its level.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StandingToBe {
    /// A role of the organisation's own.
    #[schema(example = "rol_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    custom_role: Option<String>,
    /// OWNER, ADMIN, PARTICIPANT or REVIEWER.
    role: Option<String>,
    /// The level that goes with it: 100, 80, 60, 40, 30 or 20.
    level: Option<i32>,
}

/// Gives a member another role, from their next request on.
#[utoipa::path(put, path = "/api/v1/people/{id}/standing", tag = "identity", request_body = StandingToBe,
    params(("id" = String, Path, description = "The person.")),
    responses((status = 204, description = "Changed.")),
)]
pub(super) async fn change_standing(
    recent: Recent<PeopleManage>,
    Id(member): Id<UserId>,
    Json(form): Json<StandingToBe>,
) -> Result<StatusCode, Problem> {
    let given = form.parse()?;
    let caller = recent.0.release();
    identity::change_member(caller.write().await?, member, given).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a membership, with the sessions, API keys, links and jobs that acted by it.
#[utoipa::path(delete, path = "/api/v1/people/{id}", tag = "identity",
    params(("id" = String, Path, description = "The person.")),
    responses((status = 204, description = "Removed.")),
)]
pub(super) async fn remove_member(
    recent: Recent<PeopleManage>,
    Id(member): Id<UserId>,
) -> Result<StatusCode, Problem> {
    let caller = recent.0.release();
    identity::remove_member(caller.write().await?, member).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl StandingToBe {
    fn parse(&self) -> Result<Given, Problem> {
        let role = self.role.as_deref();
        given(self.custom_role.as_deref(), role, self.level)
            .map_err(|(field, wrong)| Problem::new(kind::MEMBER_INVALID).field(field, wrong))
    }
}

/// A role of the organisation's own, or a built-in one with its level; else the field that is wrong.
pub(super) fn given(
    custom: Option<&str>,
    role: Option<&str>,
    level: Option<i32>,
) -> Result<Given, (&'static str, String)> {
    match (custom, role, level) {
        (Some(custom), None, None) => {
            let custom = custom.parse::<RoleId>();
            let custom = custom.map_err(|wrong| ("custom_role", wrong.to_string()))?;
            Ok(Given::Custom(custom))
        }
        (None, Some(role), Some(level)) => {
            let standing = Standing::new(role, level);
            let standing = standing.map_err(|wrong| ("level", wrong.to_string()))?;
            Ok(Given::Standing(standing))
        }
        _ => Err((
            "role",
            "name a role with its level, or a role of the organisation's own".to_owned(),
        )),
    }
}
