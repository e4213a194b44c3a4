use access::NewRole;
use axum::Json as Answer;
use http::StatusCode;
use kernel::RoleId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Id, Json, Recent};
use crate::problem::Problem;
use crate::route::permission::{PeopleRead, RolesManage};

/// A role of the organisation's own.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Role {
    /// Its identifier.
    #[schema(example = "rol_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// What people call it.
    name: String,
    /// Who may change its holders: 80 to 20. It gives nothing by itself.
    level: i32,
    /// Exactly what its holders may do.
    permissions: Vec<String>,
    /// The people who have it.
    holders: Vec<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// What a role is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleToBe {
    /// What people call it, up to 60 characters.
    name: String,
    /// 80, 60, 40, 30 or 20, and no more than your own.
    level: i32,
    /// Permissions that you hold.
    #[schema(example = json!(["audit.read", "people.read"]))]
    permissions: Vec<String>,
}

/// A role that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeRole {
    /// Its identifier.
    id: String,
}

/// What became of a role's holders.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RemovedRole {
    /// How many people had it: participants of level 20 from now on.
    holders: i32,
}

/// The organisation's own roles, the highest level first.
#[utoipa::path(get, path = "/api/v1/roles", tag = "access", responses(
    (status = 200, description = "Beside OWNER, ADMIN, PARTICIPANT and REVIEWER.", body = Vec<Role>),
))]
pub(super) async fn list_roles(mut can: Can<PeopleRead>) -> Result<Answer<Vec<Role>>, Problem> {
    let roles = access::roles(&mut can.tx).await?;
    Ok(Answer(roles.into_iter().map(Role::from).collect()))
}

/// Makes a role, of no more than its maker holds.
#[utoipa::path(post, path = "/api/v1/roles", tag = "access", request_body = RoleToBe, responses(
    (status = 201, description = "Made.", body = MadeRole),
))]
pub(super) async fn make_role(
    recent: Recent<RolesManage>,
    Json(form): Json<RoleToBe>,
) -> Result<(StatusCode, Answer<MadeRole>), Problem> {
    let new = form.parse()?;
    let caller = recent.0.release();
    let id = access::make_role(&caller.state.db, &caller.scope, &new).await?;
    let made = MadeRole { id: id.to_string() };
    Ok((StatusCode::CREATED, Answer(made)))
}

/// Changes a role, for each of its holders from their next request on.
#[utoipa::path(put, path = "/api/v1/roles/{id}", tag = "access", request_body = RoleToBe,
    params(("id" = String, Path, description = "The role.")),
    responses((status = 204, description = "Changed.")),
)]
pub(super) async fn change_role(
    recent: Recent<RolesManage>,
    Id(role): Id<RoleId>,
    Json(form): Json<RoleToBe>,
) -> Result<StatusCode, Problem> {
    let new = form.parse()?;
    let caller = recent.0.release();
    access::change_role(caller.write().await?, role, &new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a role. Its holders become participants of level 20.
#[utoipa::path(delete, path = "/api/v1/roles/{id}", tag = "access",
    params(("id" = String, Path, description = "The role.")),
    responses((status = 200, description = "Removed.", body = RemovedRole)),
)]
pub(super) async fn remove_role(
    recent: Recent<RolesManage>,
    Id(role): Id<RoleId>,
) -> Result<Answer<RemovedRole>, Problem> {
    let caller = recent.0.release();
    let holders = access::remove_role(caller.write().await?, role).await?;
    Ok(Answer(RemovedRole { holders }))
}

impl RoleToBe {
    fn parse(&self) -> Result<NewRole, Problem> {
        Ok(NewRole::parse(&self.name, self.level, &self.permissions)?)
    }
}

impl From<access::Role> for Role {
    fn from(role: access::Role) -> Self {
        let holders = role.holders.iter();
        Self {
            id: role.id.to_string(),
            name: role.name,
            level: role.level,
            permissions: role.permissions,
            holders: holders.map(|holder| holder.user.to_string()).collect(),
            created_at: role.created_at,
        }
    }
}
