//! The shipped GitHub manifest against GitHub's API as `emulate` 0.12.2 has it. No line of the
//! manifest is changed: `egress.hosts` says where its two hosts are.
//!
//! What `emulate` does not have, and what is done about it:
//! - `GET /repos/{owner}/{repo}/issues/events`: it has the same events one issue at a time. The test
//!   of that operation asks for them through an address that is moved on the way.
//! - Refused tokens: it takes a token that it does not know for its first person's. Where GitHub
//!   would answer 401, the credential is taken off on the way, and the 401 is its own.
//! - `DELETE /applications/{client_id}/token`: 404, whatever the token.
//! - `DELETE /installation/token`: 404, whatever the token. The tests see that it is asked for, with which token.
//! - Installations that are suspended, and limits: the provider in front answers in its place.
//! - PKCE and tokens that expire: it takes the parameters and checks nothing. `oauth.rs` has them.

mod app;
mod app_attacks;
mod reading;
mod token;
mod unsound;
mod world;
mod writing;
