//! The router against a real PostgreSQL, without a listener and without a broker: what the front
//! does by itself. Everything else crosses real HTTP in the workspace's integration tests.
#![expect(
    clippy::unwrap_used,
    reason = "tests and their helpers: what fails here is the test"
)]

mod api;
mod door;
mod edge;
mod insight_pages;
mod keys;
mod mcp;
mod own_pages;
mod pages;
mod support;
