//! The vault and the one door out. Its own process.
//!
//! Promises: never returns plaintext; opens a secret only for the call at hand; nothing leaves but a
//! declared operation of a connected app; a write leaves only under an approval that this process
//! claimed itself, in the database, before a socket opened, and at most once.

mod approved_write;
mod authenticator;
mod claimed;
mod closing;
mod connect;
mod connection;
mod credential;
mod disconnect;
pub mod egress;
mod error;
mod execute;
pub mod files;
mod find;
mod instance_id;
mod issue_access_token;
mod issuer;
mod keep_app_key;
mod keep_credential;
mod lease;
mod ledger;
mod look_up;
mod open_proposal;
mod outcome;
mod passkey;
mod payload;
mod post;
mod propose;
pub mod protocol;
mod provider;
mod read;
mod record;
pub mod rotation;
mod self_test;
mod send_read;
mod service;
mod show;
pub mod socket;
mod store;
mod token;
pub mod vault;
mod work;

pub use approved_write::{ApprovedWrite, Binding};
pub use credential::Credential;
pub use issuer::{IssuerConfig, IssuerKind};
pub use ledger::{End, Ledger, Outcome, Payload, Proposed};
pub use post::{Delivering, NoPost, Post, Sweeping};
pub use service::Service;
pub use store::master_keys_in_use;
pub use work::work;
