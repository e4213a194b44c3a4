use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::authorize::{ask, refuse};
use super::code::{CODE_LIFETIME, PendingCode};
use super::mint::mint;
use super::reply::{AuthorizeError, Outcome};
use super::request::{AuthorizationRequest, Refusal};
use crate::app::App;
use crate::digest::Digest;
use crate::query::{Parameters, is_form};
use crate::settings::Owner;

/// `POST /authorize`: the person has decided.
///
/// No session and no CSRF token: to allow takes the password in this very request, which another
/// site does not have, and to deny gives nothing away.
pub(super) async fn consent(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_form(&headers) {
        return refuse(
            &app,
            Refusal::Stranger("The form did not arrive as a form."),
        );
    }
    let sent = Parameters::parse(&body);
    let request = match AuthorizationRequest::parse(&sent, &app.settings.client) {
        Ok(request) => request,
        Err(refusal) => return refuse(&app, refusal),
    };
    if sent.one("decision") != Ok(Some("allow")) {
        let denied = Outcome::Error(AuthorizeError::AccessDenied, "the person said no");
        return request.back.send(&app.base_url, &denied);
    }
    if let Err(problem) = sign_in(&app, &sent) {
        return ask(&app, &sent, &request, Some(problem));
    }
    let outcome = allow(&app, &request).await;
    request.back.send(&app.base_url, &outcome)
}

fn sign_in(app: &App, sent: &Parameters) -> Result<(), (StatusCode, &'static str)> {
    let now = app.clock.now();
    if !app.attempts.allowed(now) {
        let wait = "Too many attempts. Wait five minutes, then try again.";
        return Err((StatusCode::TOO_MANY_REQUESTS, wait));
    }
    let login = sent.one("login").ok().flatten().unwrap_or_default();
    let password = sent.one("password").ok().flatten().unwrap_or_default();
    if is_owner(&app.settings.owner, login, password) {
        return Ok(());
    }
    app.attempts.failed(now);
    Err((
        StatusCode::UNPROCESSABLE_ENTITY,
        "The name or the password is not right.",
    ))
}

/// Both are always compared, in constant time: a wrong name must not answer sooner.
fn is_owner(owner: &Owner, login: &str, password: &str) -> bool {
    Digest::of(&owner.login).matches(login) & owner.password.matches(password)
}

async fn allow(app: &App, request: &AuthorizationRequest) -> Outcome {
    let unavailable = Outcome::Error(
        AuthorizeError::TemporarilyUnavailable,
        "the change could not be saved",
    );
    let Ok(code) = mint("trk_ac_", &app.random) else {
        return unavailable;
    };
    let now = app.clock.now();
    let pending = PendingCode {
        code: Digest::of(&code),
        client_id: app.settings.client.id.clone(),
        redirect_uri: request.back.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        scopes: app
            .settings
            .grant_scopes
            .clone()
            .unwrap_or_else(|| request.scopes.clone()),
        expires_at: now + CODE_LIFETIME,
    };
    match app
        .store
        .write(move |state| state.codes.keep(pending, now))
        .await
    {
        Ok(()) => Outcome::Code(code),
        Err(_) => unavailable,
    }
}
