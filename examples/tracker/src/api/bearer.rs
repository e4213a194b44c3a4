use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::app::App;
use crate::digest::Digest;
use crate::oauth::Scopes;

/// The client behind a request, and what it may do.
#[derive(Debug, Clone)]
pub(super) struct Principal {
    pub(super) client_id: String,
    pub(super) scopes: Scopes,
}

/// Lets only requests with a token that is in force through, and counts them.
pub(super) async fn authenticate(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(token) = bearer(request.headers()) else {
        return Problem::no_token().into_response();
    };
    let now = app.clock.now();
    let state = app.store.read();
    let Some((grant, access)) = state.grants.bearer(Digest::of(token), now) else {
        return Problem::invalid_token().into_response();
    };
    let quota = app.limiter.count(grant.code, now);
    let principal = Principal {
        client_id: grant.client_id.clone(),
        scopes: access.scopes.clone(),
    };
    drop(state);
    let mut response = if let Some(seconds) = quota.exceeded() {
        Problem::rate_limited(seconds).into_response()
    } else {
        request.extensions_mut().insert(principal);
        next.run(request).await
    };
    quota.tell(response.headers_mut());
    response
}

/// The token of RFC 6750 2.1. Tokens in the query or a form are not read: they end up in logs.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(Problem::no_token)
    }
}
