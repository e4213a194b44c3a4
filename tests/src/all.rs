//! The integration tests: real HTTP against a real PostgreSQL with real roles, one database a test.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::format_push_string,
    reason = "tests: what does not work ends them"
)]

mod access;
mod agents;
mod approvals;
mod audit;
mod browser;
mod connections;
mod connectors;
mod controls;
mod credentials;
mod csp;
mod egress;
mod eventually;
mod fuzz;
mod identity;
mod imports;
mod lint;
mod mail;
mod mail_apps;
mod main_job;
mod oauth;
mod openapi;
mod providers;
mod queue;
mod scans;
mod scim;
mod sql;
mod tenancy;
mod vault;
mod visitor;
mod world;
