//! A small OAuth2 issue tracker: an authorization server, a REST API and two pages for a person.
//!
//! Promises: listens on loopback only and answers only to loopback host names; keeps tokens, codes
//! and passwords as SHA-256 digests alone; a change is on disk before it is answered, or it did not
//! happen; the simulated history says that it is simulated on every page.

mod api;
mod app;
mod cli;
mod clock;
mod digest;
mod guard;
mod history;
mod oauth;
mod pages;
mod parent;
mod query;
mod run;
mod settings;
mod simulate;
mod store;

pub use cli::{Args, SettingsError};
pub use clock::{Clock, SystemClock};
pub use digest::{Digest, EmptySecret};
pub use oauth::{Scope, Scopes, UnknownScope};
pub use parent::stop_with_parent;
pub use run::{Running, StartError, start};
pub use settings::{Client, Owner, RedirectUri, RedirectUriError, Seed, Settings};
