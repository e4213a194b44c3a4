use http::StatusCode;
use kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::try_code::try_code;
use crate::extract::{Half, Json};
use crate::problem::Problem;

/// The second step of signing in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondFactor {
    /// Of the authenticator app, or a recovery code.
    #[schema(value_type = String, example = "123456")]
    code: Secret<String>,
}

/// Gives the second factor of a session that owes it.
#[utoipa::path(post, path = "/api/v1/sessions/second-factor", tag = "identity", request_body = SecondFactor,
    responses((status = 204, description = "The session is whole now.")),
)]
pub(super) async fn give_second_factor(
    half: Half,
    Json(form): Json<SecondFactor>,
) -> Result<StatusCode, Problem> {
    try_code(&half.state, &half.scope, form.code.expose()).await?;
    Ok(StatusCode::NO_CONTENT)
}
