//! The binary `countersign`: command line, configuration, and the processes that make up a server.
//!
//! Promises: no secret stands on a command line or in an environment; the front can neither read
//! the master key file nor open a network socket, and has the system hold it to that; nothing
//! listens beyond loopback without TLS; whatever is killed, nothing of it stays behind.

mod broker_process;
pub mod cli;
pub mod config;
mod data_dir;
mod database;
mod exit;
pub mod front;
pub mod ledger;
mod logs;
pub mod post;
mod process;
mod runtime;
pub mod sequencer;
mod supervisor;
pub mod verify;
