//! Routers, extractors, the REST API, the pages and problems.
//!
//! Promises: holds neither rules nor SQL; a route without a permission, or the explicit [`Public`]
//! in its place, does not compile; nothing that a request says names an organisation (the database
//! finds it from the hash of the credential); an internal error shows a request id and nothing else;
//! neither tokens nor bodies nor addresses nor query strings reach the log.

mod alive;
mod api;
mod background;
mod context;
mod edge;
mod extract;
mod import;
mod mcp;
mod oauth;
mod original;
mod pace;
mod pages;
mod problem;

mod route;
mod router;
mod scan;
mod scim;
mod session;
mod state;
mod throttle;

pub use background::{flush_uses, run_background};
pub use extract::{Can, Public};
pub use problem::{Kind, Problem};
pub use route::{Access, Pace, RouteInfo, Surface, permission};
pub use router::{openapi, router, routes};
pub use state::{AppState, Changes, Parts};
pub use throttle::{KEY_REQUESTS_PER_MINUTE, Rule, Throttles};
