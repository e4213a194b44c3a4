use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;

use super::Scopes;
use super::client_auth::authenticate;
use super::exchange::{Exchange, NewTokens, exchange};
use super::mint::mint;
use super::refresh::{Refresh, refresh};
use super::token_error::TokenError;
use crate::app::App;
use crate::digest::Digest;
use crate::query::{Parameters, is_form};
use crate::store::State as Stored;

/// A successful answer (RFC 6749 5.1). `scope` is always there: what was granted is not always
/// what was asked for.
#[derive(Debug, Serialize)]
pub(super) struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    refresh_token: String,
    scope: String,
}

/// `POST /token`
pub(super) async fn token(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<TokenAnswer>, TokenError> {
    if !is_form(&headers) {
        return Err(TokenError::Request(
            "send application/x-www-form-urlencoded",
        ));
    }
    let form = Parameters::parse(&body);
    let client = authenticate(&app.settings.client, &headers, &form)?;
    match required(&form, "grant_type")? {
        "authorization_code" => {
            let asked = Exchange {
                code: Digest::of(required(&form, "code")?),
                client_id: client.id().to_owned(),
                redirect_uri: required(&form, "redirect_uri")?.to_owned(),
                verifier: required(&form, "code_verifier")?.to_owned(),
            };
            let now = app.clock.now();
            issue(&app, move |state, tokens| {
                exchange(state, &asked, tokens, now)
            })
            .await
        }
        "refresh_token" => {
            let asked = Refresh {
                token: Digest::of(required(&form, "refresh_token")?),
                client_id: client.id().to_owned(),
                scopes: asked_scopes(&form)?,
            };
            let now = app.clock.now();
            issue(&app, move |state, tokens| {
                refresh(state, &asked, tokens, now)
            })
            .await
        }
        _ => Err(TokenError::GrantType),
    }
}

/// Makes two tokens, and puts them in force with whatever else `grant` changes.
async fn issue(
    app: &App,
    grant: impl FnOnce(&mut Stored, NewTokens) -> Result<Scopes, TokenError> + Send + 'static,
) -> Result<Json<TokenAnswer>, TokenError> {
    let access_token = mint("trk_at_", &app.random).map_err(|_| TokenError::Unavailable)?;
    let refresh_token = mint("trk_rt_", &app.random).map_err(|_| TokenError::Unavailable)?;
    let lifetime = app.settings.access_token_lifetime;
    let tokens = NewTokens {
        access: Digest::of(&access_token),
        refresh: Digest::of(&refresh_token),
        access_lifetime: lifetime.try_into().map_err(|_| TokenError::Unavailable)?,
    };
    let granted = app.store.write(move |state| grant(state, tokens)).await;
    let scopes = granted.map_err(|_| TokenError::Unavailable)??;
    Ok(Json(TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: lifetime.as_secs(),
        refresh_token,
        scope: scopes.to_string(),
    }))
}

fn asked_scopes(form: &Parameters) -> Result<Option<Scopes>, TokenError> {
    let text = form
        .one("scope")
        .map_err(|_| TokenError::Request("scope was sent twice"))?;
    text.map(|text| {
        text.parse()
            .map_err(|_| TokenError::Scope("there is no such scope"))
    })
    .transpose()
}

fn required<'a>(form: &'a Parameters, name: &'static str) -> Result<&'a str, TokenError> {
    form.one(name).ok().flatten().ok_or(TokenError::Request(
        "a parameter is missing or was sent more than once",
    ))
}
