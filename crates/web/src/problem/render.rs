use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;
use ui::Template;
use ui::problem::ProblemKind;

use super::{Problem, kind};
use crate::context::Context;

/// The body for a program (RFC 9457), with the request's number and the fields that are wrong.
pub(crate) fn problem_json(problem: &Problem, context: &Context, rest: HeaderMap) -> Response {
    let mut body = json!({
        "type": format!("urn:countersign:problem:{}", problem.code()),
        "title": problem.kind.sentence,
        "status": problem.status(),
        "code": problem.code(),
        "request_id": context.id,
    });
    if let Some(object) = body.as_object_mut() {
        if let Some(detail) = &problem.about.detail {
            object.insert("detail".to_owned(), json!(detail));
        }
        if !problem.about.fields.is_empty() {
            object.insert("fields".to_owned(), json!(problem.about.fields));
        }
    }
    let mut response = (status(problem), rest, body.to_string()).into_response();
    let json = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    problem.retry_after_header(response.headers_mut());
    response
}

/// The page for a person.
pub(crate) fn page(problem: &Problem, page: ui::Page, rest: HeaderMap) -> Response {
    let view = ui::problem::Problem {
        page,
        kind: shape(problem),
        code: problem.code().to_owned(),
        detail: problem.sentence().to_owned(),
    };
    let body = view
        .render()
        .unwrap_or_else(|_| problem.kind.sentence.to_owned());
    let mut response = (status(problem), rest, Html(body)).into_response();
    problem.retry_after_header(response.headers_mut());
    response
}

fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The heading that comes nearest.
fn shape(problem: &Problem) -> ProblemKind {
    match problem.status() {
        401 | 403 => ProblemKind::Forbidden,
        404 => ProblemKind::NotFound,
        405 => ProblemKind::MethodNotAllowed,
        413 => ProblemKind::TooLarge,
        429 => {
            let seconds = i64::try_from(problem.about.retry_after.unwrap_or(60)).unwrap_or(60);
            ProblemKind::TooManyRequests(time::Duration::seconds(seconds))
        }
        503 | 504 => ProblemKind::Unavailable,
        _ if problem.kind == kind::INTERNAL => ProblemKind::Internal,
        500.. => ProblemKind::Unavailable,
        _ => ProblemKind::BadRequest,
    }
}
