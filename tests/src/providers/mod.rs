//! Providers that are not ours, each in a process of its own: GitHub, Google, Slack and Linear as the npm package `emulate`
//! has them, the OAuth 2 and OpenID Connect server `oidc-provider`, and three of SAML 2.0. `./dev test` installs them.
//! `documented` has apps that nobody has made a package of.

mod documented;
mod emulated;
mod github;
mod issuers;
mod logs;
pub(crate) mod node;
mod oauth;
mod round_trip;
mod saml;
mod unseen;
mod visitor;
