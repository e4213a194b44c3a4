use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::client_auth::authenticate;
use super::token_error::TokenError;
use crate::app::App;
use crate::digest::Digest;
use crate::query::{Parameters, is_form};

/// `POST /revoke` (RFC 7009). A refresh token, also one that was exchanged already, ends its grant
/// with all tokens; an access token ends alone. An unknown token is no error (RFC 7009 2.2).
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, TokenError> {
    if !is_form(&headers) {
        return Err(TokenError::Request(
            "send application/x-www-form-urlencoded",
        ));
    }
    let form = Parameters::parse(&body);
    authenticate(&app.settings.client, &headers, &form)?;
    let token = form.one("token").ok().flatten().map(Digest::of);
    let token = token.ok_or(TokenError::Request("token is missing"))?;
    let ended = app.store.write(move |state| {
        state.grants.end(|grant| {
            grant.refresh == token || grant.spent.iter().any(|spent| spent.token == token)
        });
        state.grants.end_access(token);
    });
    ended.await.map_err(|_| TokenError::Unavailable)?;
    Ok(StatusCode::OK)
}
