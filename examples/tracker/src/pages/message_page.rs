use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::render::render;

/// A page that says one thing.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

impl MessagePage {
    pub(crate) fn respond(&self, status: StatusCode) -> Response {
        render(self, status)
    }
}
