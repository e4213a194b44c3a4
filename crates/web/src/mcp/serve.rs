use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;

use super::desk::CallerDesk;
use crate::Can;
use crate::edge;
use crate::problem::{Problem, kind};
use crate::route::permission::SignedIn;

/// One message of an MCP client. Each tool asks the database for the permission that it needs.
pub(super) async fn serve(can: Can<SignedIn>, request: Request) -> Result<Response, Problem> {
    let caller = can.release();
    let (parts, body) = request.into_parts();
    let bytes = edge::bytes(body).await?;
    // The SDK would choose between duplicate keys; arguments must have one meaning.
    crypto::canonical::parse(&bytes).map_err(|_| Problem::new(kind::MALFORMED_JSON))?;
    let request = Request::from_parts(parts, Body::from(bytes));
    let desk = CallerDesk {
        state: caller.state.clone(),
        scope: caller.scope,
    };
    Ok(caller.state.mcp.handle(request, Arc::new(desk)).await)
}
