//! Starts the real binary, and attacks it: kills its processes, takes its keys away, and looks at
//! what its processes can do and show.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests and their helpers: what fails here is the test"
)]

mod audit;
mod confined;
mod dies;
mod lint_db;
mod mailed_tokens;
mod master_key;
mod operator;
mod operator_access;
mod ordinary_user;
mod own_settings;
mod refuses;
mod remote_database;
mod rounds;
mod server_secret;
mod support;
mod tls;
