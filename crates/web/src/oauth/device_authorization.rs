use ::oauth::{DEVICE_INTERVAL, DEVICE_LIFETIME};
use axum::Json;
use serde_json::{Value, json};

use super::answer::{Refusal, optional, required};
use super::grantable;
use crate::Public;
use crate::extract::Form;

/// A device begins to wait for its person (RFC 8628 3.1).
pub(super) async fn device_authorization(
    public: Public,
    form: Form,
) -> Result<Json<Value>, Refusal> {
    let state = &public.state;
    state
        .throttles
        .client(public.context.address, state.now())?;
    let client_id = required(&form, "client_id", "client_id is missing")?;
    let asked = (optional(&form, "scope")?, optional(&form, "resource")?);
    let (db, resources) = (&state.db, &state.resources);
    let code = ::oauth::start_device(db, client_id, asked, resources, grantable).await?;
    let user_code = code.user_code.shown();
    Ok(Json(json!({
        "device_code": code.device_code.expose(),
        "verification_uri": state.link("/device"),
        "verification_uri_complete": state.link(&format!("/device?user_code={user_code}")),
        "user_code": user_code,
        "expires_in": DEVICE_LIFETIME.as_secs(),
        "interval": DEVICE_INTERVAL.as_secs(),
    })))
}
