use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::{Edge, body, forgery};
use crate::problem::{Problem, kind};
use crate::route::{Pace, RouteInfo};

const BODY_LIMIT_BYTES: u64 = 1024 * 1024;
const ORDINARY_LIMIT: Duration = Duration::from_secs(30);
/// A little longer than the broker's own limit for a call, so that its answer is the one heard.
const BROKER_LIMIT: Duration = Duration::from_secs(65);

/// The innermost layer: whether the request may be sent at all, how large it may be and how long it
/// may take.
pub(super) async fn gate(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let Some(route) = edge.route(&request).cloned() else {
        // 404 and 405.
        return next.run(request).await;
    };
    let passing = pass(&edge, request, &route, next);
    match limit(route.pace) {
        Some(limit) => tokio::time::timeout(limit, passing)
            .await
            .unwrap_or_else(|_| Problem::new(kind::TIMED_OUT).into_response()),
        None => passing.await,
    }
}

async fn pass(edge: &Edge, request: Request, route: &RouteInfo, next: Next) -> Response {
    match admit(edge, request, route).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn admit(edge: &Edge, request: Request, route: &RouteInfo) -> Result<Request, Problem> {
    let most = match route.pace {
        Pace::Upload => edge.state.upload_limit_bytes,
        Pace::Ordinary | Pace::Broker | Pace::Stream => BODY_LIMIT_BYTES,
    };
    let request = body::limit(request, most)?;
    let request = forgery::check(&edge.state, request, route).await?;
    match route.pace {
        Pace::Upload => Ok(request),
        // Before the handler opens its transaction: somebody who sends a byte a second must not
        // hold a connection of the database meanwhile.
        Pace::Ordinary | Pace::Broker | Pace::Stream => body::whole(request).await,
    }
}

const fn limit(pace: Pace) -> Option<Duration> {
    match pace {
        Pace::Ordinary => Some(ORDINARY_LIMIT),
        Pace::Broker => Some(BROKER_LIMIT),
        // These end by themselves: an upload when it stops coming, a stream with its session.
        Pace::Upload | Pace::Stream => None,
    }
}
