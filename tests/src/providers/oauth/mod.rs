//! The OAuth 2 plane against `oidc-provider`, a certified implementation: code with PKCE and state,
//! and refresh tokens that rotate.

mod consent;
mod crowd;
mod ending;
mod refresh;
mod review;
mod world;
