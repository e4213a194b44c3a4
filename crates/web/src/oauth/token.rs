use ::oauth::{ACCESS_LIFETIME, Issued, Poll, Redeem, Refresh, Seen, TokenError, Verifier};
use axum::Json;
use broker::protocol::{Answer, Call};
use kernel::{Scope, Secret};
use serde_json::{Value, json};

use super::answer::{Refusal, optional, required};
use crate::extract::Form;
use crate::problem::{Problem, kind};
use crate::{AppState, Public};

/// Trades a code, a refresh token or a device code for tokens (RFC 6749 3.2).
pub(super) async fn token(public: Public, form: Form) -> Result<Json<Value>, Refusal> {
    let (state, context) = (&public.state, &public.context);
    state.throttles.token(context.address, state.now())?;
    let address = context.address.to_string();
    let seen = Seen {
        agent: &context.agent,
        address: &address,
    };
    let grant_type = required(&form, "grant_type", "grant_type is missing")?;
    let client_id = required(&form, "client_id", "client_id is missing")?;
    let issued = match grant_type {
        "authorization_code" => redeem(state, (client_id, &form), seen).await?,
        "refresh_token" => refresh(state, (client_id, &form), seen).await?,
        "urn:ietf:params:oauth:grant-type:device_code" => {
            let poll = Poll {
                client_id,
                device_code: required(&form, "device_code", "device_code is missing")?,
                seen,
            };
            ::oauth::poll_device(&state.db, poll).await?
        }
        _ => return Err(TokenError::UnsupportedGrantType.into()),
    };
    let access = sign(state, &issued).await?;
    Ok(Json(json!({
        "access_token": access.expose(),
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFETIME.as_secs(),
        "refresh_token": issued.refresh.expose(),
        "scope": issued.scopes.join(" "),
    })))
}

async fn redeem(
    state: &AppState,
    (client_id, form): (&str, &Form),
    seen: Seen<'_>,
) -> Result<Issued, TokenError> {
    let verifier = required(form, "code_verifier", "code_verifier is missing")?;
    let verifier = Verifier::parse(verifier)
        .map_err(|_| TokenError::InvalidRequest("the code verifier has 43 to 128 characters"))?;
    let redeem = Redeem {
        client_id,
        code: required(form, "code", "code is missing")?,
        redirect_uri: required(form, "redirect_uri", "redirect_uri is missing")?,
        verifier: &verifier,
        resource: optional(form, "resource")?,
        seen,
    };
    ::oauth::redeem_code(&state.db, redeem).await
}

async fn refresh(
    state: &AppState,
    (client_id, form): (&str, &Form),
    seen: Seen<'_>,
) -> Result<Issued, TokenError> {
    let scopes = optional(form, "scope")?;
    let scopes = scopes.map(|text| text.split_whitespace().map(str::to_owned).collect());
    let refresh = Refresh {
        client_id,
        token: required(form, "refresh_token", "refresh_token is missing")?,
        scopes,
        resource: optional(form, "resource")?,
        seen,
    };
    ::oauth::refresh(&state.db, refresh).await
}

/// The broker signs what the database granted: the key is nowhere else.
async fn sign(state: &AppState, issued: &Issued) -> Result<Secret<String>, Problem> {
    let call = Call::IssueAccessToken {
        ticket: issued.ticket.into(),
    };
    match state.broker.call(&Scope::Anonymous, call).await? {
        Answer::AccessToken { token } => Ok(token.into_secret()),
        _ => Err(Problem::new(kind::BROKER_FAILED)),
    }
}
