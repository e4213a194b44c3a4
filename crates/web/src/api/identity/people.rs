use axum::Json;
use identity::Member;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::Reads;
use crate::problem::Problem;
use crate::route::permission::PeopleRead;

/// A member of the organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Person {
    /// The person.
    #[schema(example = "usr_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// The person's name.
    name: String,
    /// The person's address.
    email: String,
    /// OWNER, ADMIN, PARTICIPANT or REVIEWER.
    role: String,
    /// 100 (Super Admin) down to 20 (Viewer).
    level: i32,
    /// The name of the organisation's own role that they have instead; what that says is what they may do.
    custom_role: Option<String>,
    /// Whether the organisation's directory looks after them.
    is_provisioned: bool,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    joined_at: OffsetDateTime,
}

/// The members of the organisation, in the order of joining.
#[utoipa::path(get, path = "/api/v1/people", tag = "identity", responses(
    (status = 200, description = "Everyone in it.", body = Vec<Person>),
))]
pub(super) async fn list_people(mut can: Reads<PeopleRead>) -> Result<Json<Vec<Person>>, Problem> {
    let members = identity::members(&mut can.tx).await?;
    Ok(Json(members.into_iter().map(Person::from).collect()))
}

impl From<Member> for Person {
    fn from(member: Member) -> Self {
        Self {
            id: member.user.to_string(),
            name: member.name,
            email: member.email,
            role: member.role,
            level: member.level,
            custom_role: member.custom_role.map(|(_, name)| name),
            is_provisioned: member.is_provisioned,
            joined_at: member.joined_at,
        }
    }
}
