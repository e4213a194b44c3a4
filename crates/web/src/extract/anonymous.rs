use std::fmt;

use axum::extract::FromRequestParts;
use crypto::digest::sha256;
use crypto::token::{self, TokenKind};
use db::ReadTx;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use kernel::{Scope, TokenHash};

use super::can::too_often;
use crate::AppState;
use crate::problem::{Problem, kind};
use crate::route::{Access, Guard};

/// Proof that an anonymous key of an open organisation asks, from a page of an origin of its list. What
/// it reads, it reads by a login of its own, which sees what organisations show to everybody.
pub(crate) struct Anonymous {
    /// Bound to the organisation, as nobody in particular.
    pub(crate) tx: ReadTx,
    origin: HeaderValue,
}

impl Guard for Anonymous {
    const ACCESS: Access = Access::AnonymousKey;
}

impl Anonymous {
    /// What lets scripts of this origin, and of no other, read the answer (Fetch, CORS protocol). No
    /// cookie is ever part of it: `Access-Control-Allow-Credentials` stays away.
    pub(crate) fn readable(&self) -> HeaderMap {
        [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, self.origin.clone()),
            (header::VARY, HeaderValue::from_static("Origin")),
        ]
        .into_iter()
        .collect()
    }
}

impl FromRequestParts<AppState> for Anonymous {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let key = key(&parts.headers).ok_or_else(|| Problem::new(kind::SIGNED_OUT))?;
        let origin = parts.headers.get(header::ORIGIN).cloned();
        let origin = origin.ok_or_else(|| Problem::new(kind::ORIGIN_NOT_LISTED))?;
        let waits = state.throttles.key_waits(&key, state.now());
        waits.map_err(too_often)?;
        let scope = Scope::AnonymousKey {
            key,
            origin: TokenHash::from_digest(sha256(origin.as_bytes())),
        };
        let tx = state.anonymous.read(&scope).await?;
        let entered = state.throttles.key(key, state.now());
        entered.map_err(too_often)?;
        state.key_uses.note(key);
        Ok(Self { tx, origin })
    }
}

fn key(headers: &HeaderMap) -> Option<TokenHash> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = text.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    let hash = token::hash(TokenKind::AnonymousKey, key.trim());
    hash.ok().filter(|_| is_bearer)
}

impl fmt::Debug for Anonymous {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Anonymous")
    }
}
