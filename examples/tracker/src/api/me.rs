use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::bearer::Principal;
use crate::app::App;

/// `GET /api/v1/me`: for whom a token works, and how far. Needs no scope.
pub(super) async fn me(State(app): State<Arc<App>>, principal: Principal) -> Json<Value> {
    Json(json!({
        "login": app.settings.owner.login,
        "client_id": principal.client_id,
        "scope": principal.scopes.to_string(),
    }))
}
