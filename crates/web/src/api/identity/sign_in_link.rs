use axum::Json;
use http::StatusCode;
use identity::LINK_LIFETIME;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::Recent;
use crate::problem::Problem;
use crate::route::permission::Person;

/// A way in, once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignInLink {
    /// Open it in the other browser. Whoever has it can use it.
    url: String,
    /// It opens nothing after this.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// Makes a single-use link that signs the person who asks in, in another browser.
#[utoipa::path(post, path = "/api/v1/sign-in-links", tag = "identity", responses(
    (status = 201, description = "Made. It is shown this once.", body = SignInLink),
))]
pub(super) async fn make_sign_in_link(
    recent: Recent<Person>,
) -> Result<(StatusCode, Json<SignInLink>), Problem> {
    let caller = recent.0.release();
    let state = &caller.state;
    let link = identity::make_sign_in_link(&state.db, &caller.scope, &caller.principal).await?;
    let made = SignInLink {
        url: state.link(&format!("/sign-in/link?token={}", link.expose())),
        expires_at: state.now() + LINK_LIFETIME,
    };
    Ok((StatusCode::CREATED, Json(made)))
}
