//! The MCP server at `/mcp`, behind an API key.

mod approval;
mod connections;
mod desk;
mod figures;
mod serve;

use http::Method;

use crate::route::{Pace, Routes, Surface};

pub(crate) fn mount(routes: Routes) -> Routes {
    // A tool may wait for a person; the broker limits what waits for an app.
    routes.mount(
        (Method::POST, "/mcp"),
        (Surface::Mcp, Pace::Stream),
        serve::serve,
    )
}
