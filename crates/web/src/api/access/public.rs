use axum::Json;
use axum::response::IntoResponse;
use http::{HeaderName, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Public;
use crate::extract::Anonymous;
use crate::problem::Problem;

/// What an organisation shows to everybody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct About {
    /// The organisation's name.
    name: String,
}

/// What the organisation of an anonymous key shows to everybody, for a page of an origin of its list.
#[utoipa::path(get, path = "/api/v1/public/about", tag = "access", responses(
    (status = 200, description = "Readable by scripts of that origin.", body = About),
))]
pub(super) async fn about(mut anonymous: Anonymous) -> Result<impl IntoResponse, Problem> {
    let name = access::public_name(&mut anonymous.tx).await?;
    Ok((anonymous.readable(), Json(About { name })))
}

/// What a browser asks before it shows a key from another origin (Fetch, CORS-preflight). It carries no
/// key, so that it is the same for all; whose scripts read the answer is said with the answer.
pub(super) async fn preflight(_: Public) -> (StatusCode, [(HeaderName, &'static str); 4]) {
    (
        StatusCode::NO_CONTENT,
        [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization"),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ],
    )
}
