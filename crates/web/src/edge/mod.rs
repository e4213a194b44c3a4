//! What every request passes before a handler sees it, and every answer before it leaves.
//!
//! From the outside in: [`frame`] (request id, host, headers, problems in the right form, one line
//! in the log), panics, then [`gate`] (origin and anti-forgery token, size, time).

mod address;
mod body;
mod forgery;
mod frame;
mod gate;
mod headers;
mod multipart_token;
mod panic;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::MatchedPath;
use axum::middleware::from_fn_with_state;
use http::Method;
use tower_http::catch_panic::CatchPanicLayer;

use crate::AppState;
use crate::route::RouteInfo;

pub(crate) use body::{bytes, is_too_large};

/// What the layers share.
#[derive(Debug, Clone)]
struct Edge {
    state: AppState,
    table: Arc<HashMap<(Method, String), RouteInfo>>,
}

impl Edge {
    /// The line of the route table that answers this request.
    fn route(&self, request: &axum::extract::Request) -> Option<&RouteInfo> {
        let path = request
            .extensions()
            .get::<MatchedPath>()?
            .as_str()
            .to_owned();
        // axum answers HEAD with the handler of GET.
        let method = match *request.method() {
            Method::HEAD => Method::GET,
            ref method => method.clone(),
        };
        self.table.get(&(method, path))
    }
}

/// Puts the layers around `router`.
pub(crate) fn around(
    router: Router<AppState>,
    table: &[RouteInfo],
    state: &AppState,
) -> Router<AppState> {
    let lines = table
        .iter()
        .map(|route| ((route.method.clone(), route.path.clone()), route.clone()));
    let edge = Edge {
        state: state.clone(),
        table: Arc::new(lines.collect()),
    };
    router
        // `gate` limits bodies by what their route may take.
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(from_fn_with_state(edge.clone(), gate::gate))
        .layer(CatchPanicLayer::custom(panic::Caught))
        .layer(from_fn_with_state(edge, frame::frame))
}
