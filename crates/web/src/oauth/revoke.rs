use ::oauth::TokenError;
use http::StatusCode;

use super::answer::{Refusal, required};
use crate::Public;
use crate::extract::Form;

/// A client gives its grant back (RFC 7009).
pub(super) async fn revoke(public: Public, form: Form) -> Result<StatusCode, Refusal> {
    let state = &public.state;
    state.throttles.token(public.context.address, state.now())?;
    let client_id = required(&form, "client_id", "client_id is missing")?;
    let token = required(&form, "token", "token is missing")?;
    ::oauth::give_back(&state.db, client_id, token)
        .await
        .map_err(TokenError::from)?;
    Ok(StatusCode::OK)
}
