//! What clients find out by themselves: RFC 8414, RFC 9728, RFC 7517.

use axum::Json;
use serde_json::{Value, json};

use super::grantable;
use crate::problem::Problem;
use crate::{AppState, Public};

/// The authorization server (RFC 8414 2).
pub(super) async fn server(public: Public) -> Json<Value> {
    let state = &public.state;
    Json(json!({
        "issuer": state.resources.issuer,
        "authorization_endpoint": state.link("/oauth/authorize"),
        "token_endpoint": state.link("/oauth/token"),
        "registration_endpoint": state.link("/oauth/register"),
        "revocation_endpoint": state.link("/oauth/revoke"),
        "device_authorization_endpoint": state.link("/oauth/device_authorization"),
        "jwks_uri": state.link("/oauth/jwks.json"),
        "scopes_supported": scopes(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        // The front fetches nothing: a client registers itself.
        "client_id_metadata_document_supported": false,
        "protected_resources": [state.resources.mcp, state.resources.api],
    }))
}

/// The MCP server as a protected resource (RFC 9728 2).
pub(super) async fn mcp(public: Public) -> Json<Value> {
    resource(
        &public.state,
        &public.state.resources.mcp,
        "Countersign MCP",
    )
}

/// The REST API as a protected resource.
pub(super) async fn api(public: Public) -> Json<Value> {
    resource(
        &public.state,
        &public.state.resources.api,
        "Countersign API",
    )
}

fn resource(state: &AppState, resource: &str, name: &str) -> Json<Value> {
    Json(json!({
        "resource": resource,
        "resource_name": name,
        "authorization_servers": [state.resources.issuer],
        "jwks_uri": state.link("/oauth/jwks.json"),
        "scopes_supported": scopes(),
        "bearer_methods_supported": ["header"],
    }))
}

/// The keys of access tokens: those that sign, that will, and that did a moment ago.
pub(super) async fn jwks(public: Public) -> Result<Json<Value>, Problem> {
    let keys = ::oauth::jwks(&public.state.db).await?;
    let keys: Vec<Value> = keys
        .iter()
        .map(crypto::access_token::PublicKey::jwk)
        .collect();
    Ok(Json(json!({ "keys": keys })))
}

fn scopes() -> Vec<&'static str> {
    let names = access::catalogue::ALL
        .iter()
        .map(|permission| permission.name);
    names.filter(|name| grantable(name)).collect()
}
