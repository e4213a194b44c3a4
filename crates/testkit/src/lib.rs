//! A whole server on a real database for each test, and providers that misbehave on request.
//!
//! Promises: no mock of our own code; every test has a database of its own; never ships.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test's kit: what does not work ends the test"
)]

pub mod app;
pub mod cluster;
pub mod provider;
