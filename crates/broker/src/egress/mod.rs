//! The one door out: every request to an app leaves here, and nowhere else.
//!
//! Promises: before a socket opens, the request as it will be sent is exactly one declared
//! operation, a write has an approval for exactly these bytes, and the address is one that an app
//! may have. Redirects are not followed, proxies not used, nothing is sent twice. Of an answer only
//! declared fields are ever built in memory. No error holds an address, a token or content.

mod address;
mod answer;
pub(crate) mod app_token;
mod attach;
mod body;
pub(crate) mod bucket;
mod client;
mod dial;
mod error;
mod filter;
mod guard;
pub(crate) mod issuer;
pub(crate) mod keeper;
mod lookup;
pub(crate) mod mail;
mod media;
mod named;
pub mod oauth;
mod policy;
pub(crate) mod resolver;
mod send;
mod sockets;
mod transport;
mod wire;

#[cfg(test)]
mod tests;

pub use answer::FilteredResponse;
pub use client::SetUpError;
pub use dial::NamedHost;
pub use error::{EgressError, WriteVerdict};
pub use lookup::{LookingUp, Lookup, SystemLookup};
pub use policy::{EgressPolicy, HostPort, HostPortError};
pub use send::{Egress, Route};
pub use sockets::SocketCount;
