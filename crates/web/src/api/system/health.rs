use http::StatusCode;
use kernel::Scope;

use crate::Public;

/// Whether the process answers.
///
/// Tells nothing else. Any `Host` may ask.
#[utoipa::path(get, path = "/healthz", tag = "system", responses((status = 204, description = "It does.")))]
pub(super) async fn alive(_: Public) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Whether the process can serve: its database answers.
///
/// Tells nothing else. Any `Host` may ask.
#[utoipa::path(get, path = "/readyz", tag = "system", responses(
    (status = 204, description = "It can."),
    (status = 503, description = "Not now."),
))]
pub(super) async fn ready(public: Public) -> StatusCode {
    match public.state.db.read(&Scope::Anonymous).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
