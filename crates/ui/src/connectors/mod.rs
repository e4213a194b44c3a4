//! Apps, their consent pages and their connections.

mod catalogue;
mod connect;
mod connection;
mod disconnect_all;
mod leave;
mod receipt;
mod scan;
mod sharing;
mod state;

pub use catalogue::{App, Catalogue, OtherWay, Unused, Use};
pub use connect::{Barrier, Connect, ConnectWay, ScopeRequest};
pub use connection::{Access, Call, CallOutcome, Connection, Operation, ScopeRow};
pub use disconnect_all::{AppChoice, DisconnectAll};
pub use leave::Leave;
pub use receipt::Receipt;
pub use scan::{Read, Scan, ScanState, Scannable, Scans};
pub use sharing::{GrantRow, GranteeChoice, Sharing};
pub use state::ConnectionState;

/// What a connection is for, in words that follow the app's name.
pub const fn purpose(writes: bool) -> &'static str {
    if writes { "to write" } else { "to read" }
}
