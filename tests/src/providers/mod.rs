//! Providers that are not ours, each in a process of its own: GitHub as the npm package `emulate`
//! has it, and the OAuth 2 and OpenID Connect server `oidc-provider`. `./dev test` installs them.

mod github;
mod issuers;
mod logs;
mod node;
mod oauth;
mod round_trip;
mod unseen;
mod visitor;
