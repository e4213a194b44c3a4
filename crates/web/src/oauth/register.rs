use ::oauth::NewClient;
use axum::Json as Answer;
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::Refusal;
use crate::Public;
use crate::extract::Json;

/// Registers a client (RFC 7591). Whoever registers gets a name and nothing else: each person decides
/// about it.
pub(super) async fn register(
    public: Public,
    Json(new): Json<NewClient>,
) -> Result<(StatusCode, Answer<Value>), Refusal> {
    let state = &public.state;
    state
        .throttles
        .client(public.context.address, state.now())?;
    let client = ::oauth::register(&state.db, &new).await?;
    let body = json!({
        "client_id": client.id,
        "client_id_issued_at": client.created_at.unix_timestamp(),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "token_endpoint_auth_method": "none",
        "grant_types": new.grants(),
        "response_types": ["code"],
    });
    Ok((StatusCode::CREATED, Answer(body)))
}
