use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::reply::Outcome;
use super::request::{AuthorizationRequest, Refusal};
use crate::app::App;
use crate::pages::{ConsentPage, MessagePage};
use crate::query::Parameters;

/// `GET /authorize`: asks the person.
pub(super) async fn authorize(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let sent = Parameters::parse(query.unwrap_or_default().as_bytes());
    match AuthorizationRequest::parse(&sent, &app.settings.client) {
        Ok(request) => ask(&app, &sent, &request, None),
        Err(refusal) => refuse(&app, refusal),
    }
}

/// The page that asks. The request travels in its form and is checked anew when it comes back, so
/// there is nothing to remember, and nothing to forge that could not be asked for openly.
pub(super) fn ask(
    app: &App,
    sent: &Parameters,
    request: &AuthorizationRequest,
    problem: Option<(StatusCode, &'static str)>,
) -> Response {
    let page = ConsentPage {
        client_id: &app.settings.client.id,
        redirect_uri: &request.back.redirect_uri,
        scopes: request
            .scopes
            .iter()
            .map(|scope| (scope.name(), scope.in_words()))
            .collect(),
        hidden: sent.of(&REQUEST_FIELDS),
        login: sent.one("login").ok().flatten().unwrap_or_default(),
        problem: problem.map(|(_, text)| text),
    };
    page.respond(problem.map_or(StatusCode::OK, |(status, _)| status))
}

/// What the form carries on.
const REQUEST_FIELDS: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// Tells the client, where it is known, else the person.
pub(super) fn refuse(app: &App, refusal: Refusal) -> Response {
    match refusal {
        Refusal::Back(back, error, why) => back.send(&app.base_url, &Outcome::Error(error, why)),
        Refusal::Stranger(why) => {
            let page = MessagePage {
                title: "This link does not work",
                text: why,
            };
            page.respond(StatusCode::BAD_REQUEST)
        }
    }
}
