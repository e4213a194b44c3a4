//! The main job, played from the outside: a person at a browser, an AI client over MCP, and the
//! example tracker, against a server that is reached by HTTP alone.
//!
//! Promises: uses nothing of the server's crates; every step says what was seen, and one that did
//! not hold ends the play.

mod agent;
mod mail;
mod person;
mod play;
mod problem;
mod report;
mod tracker;

pub use agent::Agent;
pub use mail::unused_address;
pub use person::Person;
pub use play::{Play, Played, play};
pub use problem::Problem;
pub use report::{Report, Step};
pub use tracker::TrackerOwner;
