//! A whole server on a real database for each test, and providers that misbehave on request.
//!
//! Promises: no mock of our own code; every test has a database of its own; never ships.

pub mod app;
pub mod cluster;
pub mod provider;
