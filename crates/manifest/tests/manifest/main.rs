//! Manifests from outside: what is shipped, what is refused, what becomes a request, and which
//! requests are recognised.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod admit;
mod app_key;
mod apps;
mod auth;
mod continued;
mod events;
mod graphql;
mod incremental;
mod instance_id;
mod mail;
mod operations_of;
mod paste;
mod plan;
mod properties;
mod refused;
mod shipped;
mod split;
mod statements;
mod support;
