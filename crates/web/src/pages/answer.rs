//! The forms that answers to a browser have.

use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};
use ui::Template;
use ui::component::FieldErrors;

use crate::AppState;
use crate::problem::{Problem, kind};
use crate::session::flash::{Flash, LIFETIME};
use crate::session::{Names, cookie};

/// A page or fragment.
pub(super) fn html(view: &impl Template) -> Result<Response, Problem> {
    with_status(StatusCode::OK, view)
}

/// A form that was refused, again, with what is wrong.
pub(super) fn refused(problem: &Problem, view: &impl Template) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = with_status(status, view)?;
    problem.retry_after_header(response.headers_mut());
    Ok(response)
}

/// On to another page after a write (303), with a message that it shows.
pub(super) fn done(state: &AppState, to: &str, text: &str) -> Response {
    let flash = Flash::good(text, state.now());
    (flash_header(state, &flash), Redirect::to(to)).into_response()
}

/// Back to a page that says why not.
pub(super) fn failed(state: &AppState, to: &str, text: &str) -> Response {
    let flash = Flash::bad(text, state.now());
    (flash_header(state, &flash), Redirect::to(to)).into_response()
}

/// On to another page, without a message.
pub(super) fn go(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// What is wrong, field by field; a problem without fields is about the form as a whole.
pub(super) fn field_errors(problem: &Problem) -> FieldErrors {
    if problem.fields().is_empty() {
        return FieldErrors::default().with("", problem.sentence().to_owned());
    }
    problem
        .fields()
        .iter()
        .fold(FieldErrors::default(), |errors, (field, wrong)| {
            errors.with(field, wrong.clone())
        })
}

/// Whether a form should be shown again with what is wrong: the person can do something about it.
pub(super) fn is_about_form(problem: &Problem) -> bool {
    matches!(problem.status(), 400 | 409 | 422 | 429 | 502..=504)
}

fn with_status(status: StatusCode, view: &impl Template) -> Result<Response, Problem> {
    let text = view
        .render()
        .map_err(|error| Problem::new(kind::INTERNAL).because(error.to_string()))?;
    Ok((status, Html(text)).into_response())
}

fn flash_header(state: &AppState, flash: &Flash) -> HeaderMap {
    let names = Names::of(state.is_https());
    let value = flash.to_value();
    let mut headers = HeaderMap::new();
    let set = cookie::set(
        (names, names.flash),
        &state.cookie_key,
        &value,
        Some(LIFETIME),
    );
    cookie::add(&mut headers, set);
    headers
}
