//! The broker's unix socket: frames, the front's client, the broker's listener.

mod client;
mod frame;
mod listener;

pub use client::{BrokerClient, CallError};
pub use listener::{Answers, listen};
