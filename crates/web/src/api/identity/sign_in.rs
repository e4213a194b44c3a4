use axum::Json as Answer;
use axum::response::{IntoResponse, Response};
use broker::protocol::SessionToBegin;
use crypto::token::{self, TokenKind};
use http::{HeaderMap, StatusCode};
use identity::{Device, NewSession, SESSION_LIFETIME, SessionToken};
use kernel::{Scope, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::me::Me;
use crate::context::Context;
use crate::extract::{Json, admit};
use crate::problem::{Problem, kind};
use crate::route::Access;
use crate::session::{Names, cookie, csrf};
use crate::{AppState, Public};

/// Who wants in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// The account's address.
    #[schema(example = "ada@example.com")]
    email: String,
    /// Its password.
    #[schema(value_type = String, format = Password)]
    password: Secret<String>,
}

/// A session has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignedIn {
    /// Goes into the header X-CSRF-Token of every write that the cookie speaks for.
    csrf_token: String,
    /// Who signed in.
    #[serde(flatten)]
    me: Me,
}

/// A session has begun that acts in no organisation yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HalfSignedIn {
    /// Goes into the header X-CSRF-Token of what comes next.
    csrf_token: String,
    /// `second_factor`: POST /api/v1/sessions/second-factor gives it. `organisation`: the person is in none;
    /// POST /api/v1/organisations makes one.
    due: &'static str,
}

/// Starts a session: the answer sets its cookie.
///
/// A wrong password and an unknown address answer alike, in the same time.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "identity", request_body = SignIn, responses(
    (status = 201, description = "Signed in.", body = SignedIn),
    (status = 202, description = "A second factor or an organisation is due: until then the session reaches nothing of anybody's.", body = HalfSignedIn),
))]
pub(super) async fn sign_in(public: Public, Json(form): Json<SignIn>) -> Result<Response, Problem> {
    let (state, context) = (&public.state, &public.context);
    state
        .throttles
        .sign_in(context.address, &form.email, state.now())?;
    let session = new_session(state, context);
    let (_, token) = identity::sign_in(
        &state.db,
        &state.hashes,
        &form.email,
        form.password,
        session,
    )
    .await?;
    state.throttles.signed_in(&form.email);
    signed_in(state, context, &token).await
}

/// The answer to whoever has just signed in: who they are, or that a second factor is due.
pub(super) async fn signed_in(
    state: &AppState,
    context: &Context,
    token: &SessionToken,
) -> Result<Response, Problem> {
    let hash = token::hash(TokenKind::Session, token.expose())
        .map_err(|_| Problem::new(kind::INTERNAL).because("identity.malformed_session"))?;
    let cookie = begin_session(state, context, token);
    let csrf_token = csrf::of(&state.cookie_key, token.expose());
    match admit(state, &Scope::Session(hash), Access::Person).await {
        Ok((_tx, principal)) => {
            let me = Me::of(&principal);
            let whole = SignedIn { csrf_token, me };
            Ok((StatusCode::CREATED, cookie, Answer(whole)).into_response())
        }
        Err(problem) => {
            let due = match problem.kind() {
                due if due == &kind::SECOND_FACTOR_DUE => "second_factor",
                due if due == &kind::NO_ORGANISATION => "organisation",
                _ => return Err(problem),
            };
            let half = HalfSignedIn { csrf_token, due };
            Ok((StatusCode::ACCEPTED, cookie, Answer(half)).into_response())
        }
    }
}

/// A session about to begin, for whoever asks.
pub(crate) fn new_session(state: &AppState, context: &Context) -> NewSession {
    let address = context.address.to_string();
    NewSession::new(&state.db, &context.agent, &address, &context.device)
}

/// The same for the broker to begin: its token stays here.
pub(crate) fn to_begin(session: &NewSession) -> SessionToBegin {
    SessionToBegin {
        id: session.id(),
        token: session.hash().into(),
        client: session.client().to_owned(),
        address: session.address().to_owned(),
        device_hash: session.device_hash().to_vec().into(),
        lifetime_seconds: i32::try_from(SESSION_LIFETIME.as_secs()).unwrap_or(i32::MAX),
    }
}

/// The cookies of a session that has just begun: its token, and what tells this browser again, for as
/// long as browsers keep any (RFC 6265bis 5.5).
pub(crate) fn begin_session(
    state: &AppState,
    context: &Context,
    token: &SessionToken,
) -> HeaderMap {
    let names = Names::of(state.is_https());
    let lifetime = time::Duration::try_from(SESSION_LIFETIME).ok();
    let mut headers = HeaderMap::new();
    let mut keep = |name, value, lifetime| {
        let set = cookie::set((names, name), &state.cookie_key, value, lifetime);
        cookie::add(&mut headers, set);
    };
    keep(names.session, token.expose().as_str(), lifetime);
    match &context.device {
        Device::Kept(value) | Device::New(value) => {
            keep(names.device, value, Some(DEVICE_LIFETIME));
        }
        // What anybody can say is signed for nobody.
        Device::Program(_) => {}
    }
    headers
}

const DEVICE_LIFETIME: time::Duration = time::Duration::days(400);
