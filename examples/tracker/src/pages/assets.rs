use axum::http::{HeaderName, header};
use axum::response::IntoResponse;

const STYLE: &str = include_str!("../../assets/tracker.css");
const ICON: &str = include_str!("../../assets/icon.svg");

/// `GET /assets/tracker.css`
pub(super) async fn style() -> impl IntoResponse {
    (headers("text/css; charset=utf-8"), STYLE)
}

/// `GET /assets/icon.svg`
pub(super) async fn icon() -> impl IntoResponse {
    (headers("image/svg+xml"), ICON)
}

/// A few minutes only: the address does not change with the content.
const fn headers(kind: &'static str) -> [(HeaderName, &'static str); 2] {
    [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "max-age=300"),
    ]
}
