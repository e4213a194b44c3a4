//! The protocol, by the official SDK: nothing outside of this module knows that it is there.
//!
//! Served without sessions: each request stands alone, as revision 2026-07-28 has it, and older
//! clients' `initialize` is answered the same way. Nothing that a client said before counts, so any
//! front can answer any request.

mod handler;

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use http::{Request, Response};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use crate::desk::Desk;
use handler::Handler;

/// The MCP server.
#[derive(Clone)]
pub struct Mcp(Arc<StreamableHttpService<Handler, NeverSessionManager>>);

/// The desk of a request, on its way through the SDK.
#[derive(Clone)]
struct DeskOf(Arc<dyn Desk>);

impl Mcp {
    /// A server that is known as `authority` (`host` or `host:port`) and `origin`
    /// (`scheme://host[:port]`), and refuses requests that name another (DNS rebinding).
    pub fn new(authority: &str, origin: &str) -> Self {
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_allowed_hosts([authority])
            .with_allowed_origins([with_port(origin)])
            .enforce_origin_validation();
        let sessions = Arc::new(NeverSessionManager::default());
        Self(Arc::new(StreamableHttpService::new(
            || Ok(Handler),
            sessions,
            config,
        )))
    }

    /// Answers one request on behalf of whoever `desk` acts for.
    pub async fn handle(&self, mut request: Request<Body>, desk: Arc<dyn Desk>) -> Response<Body> {
        request.extensions_mut().insert(DeskOf(desk));
        self.0.handle(request).await.map(Body::new)
    }
}

/// The SDK takes an origin without a port for any port.
fn with_port(origin: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let after_host = host.rsplit_once(']').map_or(host, |(_, rest)| rest);
    if after_host.contains(':') {
        origin.to_owned()
    } else if origin.starts_with("https:") {
        format!("{origin}:443")
    } else {
        format!("{origin}:80")
    }
}

impl fmt::Debug for Mcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mcp")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_always_checked_with_its_port() {
        assert_eq!(with_port("https://a.example"), "https://a.example:443");
        assert_eq!(with_port("http://localhost:8080"), "http://localhost:8080");
        assert_eq!(with_port("http://[::1]"), "http://[::1]:80");
        assert_eq!(with_port("http://[::1]:8080"), "http://[::1]:8080");
    }
}
