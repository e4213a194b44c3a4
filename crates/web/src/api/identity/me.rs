use axum::Json;
use identity::Principal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Can;
use crate::route::permission::SignedIn;

/// Who a request acts for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// `session` or `api_key`.
    credential: &'static str,
    /// The person.
    #[schema(example = "usr_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    user: String,
    /// The person's name.
    name: String,
    /// The person's address.
    email: String,
    /// The organisation that it acts in.
    #[schema(example = "org_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    organisation: String,
    /// The organisation's name.
    organisation_name: String,
    /// OWNER, ADMIN, PARTICIPANT or REVIEWER.
    role: String,
    /// The name of the organisation's own role that the person has instead.
    custom_role: Option<String>,
    /// What it may do.
    permissions: Vec<String>,
}

/// Who the credential acts for, and what it may do.
#[utoipa::path(get, path = "/api/v1/me", tag = "identity", responses(
    (status = 200, description = "This is you.", body = Me),
))]
pub(super) async fn me(can: Can<SignedIn>) -> Json<Me> {
    Json(Me::of(&can.principal))
}

impl Me {
    pub(super) fn of(principal: &Principal) -> Self {
        Self {
            credential: principal.kind.as_str(),
            user: principal.user.to_string(),
            name: principal.name.clone(),
            email: principal.email.clone(),
            organisation: principal.organisation.to_string(),
            organisation_name: principal.organisation_name.clone(),
            role: principal.role.clone(),
            custom_role: principal.custom_role.clone(),
            permissions: principal.permissions.clone(),
        }
    }
}
