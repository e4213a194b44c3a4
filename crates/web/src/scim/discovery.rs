//! What the server says of itself (RFC 7644 4).

use ::scim::{Page, list_response};
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::answer::{answer, base};
use super::list::Asked;
use crate::extract::{Provisioner, Query};
use crate::problem::{Problem, kind};

/// What of the protocol is served.
pub(super) async fn config(directory: Provisioner) -> Response {
    let config = ::scim::service_provider_config(&base(&directory.state));
    answer(StatusCode::OK, &config)
}

/// The types of resources.
pub(super) async fn resource_types(
    directory: Provisioner,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    all(&asked, &::scim::resource_types(&base(&directory.state)))
}

/// One of them.
pub(super) async fn resource_type(
    directory: Provisioner,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    one(::scim::resource_type(&name, &base(&directory.state)))
}

/// Their schemas.
pub(super) async fn schemas(
    directory: Provisioner,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    all(&asked, &::scim::schemas(&base(&directory.state)))
}

/// One of them.
pub(super) async fn schema(
    directory: Provisioner,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    one(::scim::schema(&name, &base(&directory.state)))
}

/// What the configuration says is not there.
pub(super) async fn not_implemented(_: Provisioner) -> Problem {
    Problem::new(kind::SCIM_NOT_IMPLEMENTED)
}

fn one(found: Option<Value>) -> Result<Response, Problem> {
    let found = found.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    Ok(answer(StatusCode::OK, &found))
}

/// RFC 7644 4: a filter is refused here, and the rest of a query is not looked at.
fn all(asked: &Asked, found: &[Value]) -> Result<Response, Problem> {
    if asked.filter.is_some() {
        let said = "What the server says of itself is not filtered.";
        return Err(Problem::new(kind::ACCESS_FORBIDDEN).saying(said));
    }
    let whole = list_response(found.len(), Page::of(None, None), found);
    Ok(answer(StatusCode::OK, &whole))
}
