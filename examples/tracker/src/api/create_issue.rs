use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;

use super::can::{Can, WriteIssues};
use super::draft::NewIssue;
use super::issue_view::IssueView;
use super::problem::Problem;
use crate::app::App;
use crate::digest::Digest;
use crate::history::Draft;
use crate::store::{Replayable, State as Stored};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What became of a request to create an issue.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Created(u64),
    /// The same request was made before under the same key.
    Replayed(u64),
    /// Another request was made before under the same key.
    KeyTaken,
}

/// `POST /api/v1/issues`. With an `Idempotency-Key`, the same request may be sent any number of
/// times and creates one issue.
pub(super) async fn create_issue(
    State(app): State<Arc<App>>,
    can: Can<WriteIssues>,
    headers: HeaderMap,
    body: Result<Json<NewIssue>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(new) = body.map_err(unreadable)?;
    let request = new.digest()?;
    let key = idempotency_key(&headers)?.map(|key| (key, request));
    let draft = new.into_draft(&app.settings.owner.login, &can.principal.client_id)?;
    let now = app.clock.now();
    let outcome = app
        .store
        .write(move |state| create(state, draft, key, now))
        .await;
    let (number, replayed) = match outcome.map_err(|_| Problem::unavailable())? {
        Outcome::Created(number) => (number, false),
        Outcome::Replayed(number) => (number, true),
        Outcome::KeyTaken => {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "this Idempotency-Key was used for another request",
            ));
        }
    };
    respond(&app, number, replayed)
}

fn create(
    state: &mut Stored,
    draft: Draft,
    key: Option<(String, Digest)>,
    now: OffsetDateTime,
) -> Outcome {
    let Some((key, request)) = key else {
        return Outcome::Created(state.history.open(draft, now));
    };
    match state.idempotency_keys.get(&key) {
        Some(before) if before.request == request => Outcome::Replayed(before.issue),
        Some(_) => Outcome::KeyTaken,
        None => {
            let issue = state.history.open(draft, now);
            state
                .idempotency_keys
                .insert(key, Replayable { issue, request });
            Outcome::Created(issue)
        }
    }
}

fn respond(app: &App, number: u64, replayed: bool) -> Result<Response, Problem> {
    let state = app.store.read();
    let issue = state
        .history
        .issues
        .get(&number)
        .ok_or_else(Problem::unavailable)?;
    let body = Json(IssueView::new(issue, &app.base_url));
    if replayed {
        let told = [(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"))];
        return Ok((StatusCode::OK, told, body).into_response());
    }
    let location = format!("{}/api/v1/issues/{number}", app.base_url);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

/// The key, where there is one: 1 to 255 visible ASCII characters.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    let text = key.to_str().unwrap_or_default();
    let is_key =
        (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_key && keys.next().is_none() {
        Ok(Some(text.to_owned()))
    } else {
        Err(Problem::parameter(
            "one Idempotency-Key of 1 to 255 visible ASCII characters",
        ))
    }
}

fn unreadable(rejection: JsonRejection) -> Problem {
    let code = match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => "payload_too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
        _ => "invalid_body",
    };
    Problem::new(rejection.status(), code, rejection.body_text())
}
