use axum::Extension;
use axum::response::{IntoResponse, Response};
use http::header;

use crate::Public;
use crate::api::document::Document;

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "system", responses(
    (status = 200, description = "OpenAPI 3.1.", content_type = "application/json"),
))]
pub(super) async fn document(_: Public, Extension(document): Extension<Document>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.0).into_response()
}
