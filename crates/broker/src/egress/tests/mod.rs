//! Attacks on the door, over real sockets.

mod answers;
mod app_token;
mod approvals;
mod credentials;
mod declared;
mod errors;
mod graphql;
mod limits;
mod oauth;
mod properties;
mod site;
mod ssrf;
mod support;
mod tls;
