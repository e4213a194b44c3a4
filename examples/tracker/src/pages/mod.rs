//! Pages for a person: the list, one issue, and the question for consent. Plain HTML without
//! script. Promise: nothing on them can change anything, except the consent form.

mod assets;
mod consent_page;
mod issue_page;
mod issues_page;
mod message_page;
mod moment;
mod render;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;

pub(crate) use consent_page::ConsentPage;
pub(crate) use message_page::MessagePage;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(issues_page::issues))
        .route("/issues/{number}", get(issue_page::issue))
        .route("/assets/tracker.css", get(assets::style))
        .route("/assets/icon.svg", get(assets::icon))
}

/// Where there is nothing.
pub(crate) async fn not_found() -> Response {
    let text = "There is no page at this address. It may have been mistyped.";
    MessagePage {
        title: "Page not found",
        text,
    }
    .respond(StatusCode::NOT_FOUND)
}
