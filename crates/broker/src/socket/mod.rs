//! The broker's unix socket: frames, pieces of files, the front's client, the broker's listener.

mod client;
mod frame;
mod listener;
mod pieces;
mod transfer;

pub use client::{BrokerClient, CallError};
pub use listener::{Answers, listen};
pub use pieces::PieceReader;
pub use transfer::{Download, Upload};
