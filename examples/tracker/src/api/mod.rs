//! The REST API: JSON, bearer tokens, problem+json. Promise: no resource has a handler without
//! `Can` or `Principal` among its arguments, and every answer to a known token tells how many
//! requests are left.

mod bearer;
mod can;
mod create_issue;
mod cursor;
mod draft;
mod fields;
mod get_issue;
mod issue_view;
mod limiter;
mod list_events;
mod list_issues;
mod me;
mod page;
mod problem;
mod query;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::app::App;
pub(crate) use limiter::Limiter;
use problem::Problem;

pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/me", get(me::me))
        .route(
            "/issues",
            get(list_issues::list_issues).post(create_issue::create_issue),
        )
        .route("/issues/{number}", get(get_issue::get_issue))
        .route(
            "/issues/{number}/events",
            get(list_events::list_events_of_issue),
        )
        .route("/events", get(list_events::list_events))
        .fallback(no_such_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(app), bearer::authenticate))
}

async fn no_such_route() -> Problem {
    Problem::not_found("there is no such resource")
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this resource has no such method",
    )
}
