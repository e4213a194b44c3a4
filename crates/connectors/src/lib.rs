//! Connected apps: which there are, what was asked and granted, and the state a person sees.
//!
//! Promises: opens no socket to an app, and holds no token: the broker does. What a page says an
//! app may do is read from the same manifest that the broker enforces.

mod add_connection;
mod calls;
mod keep;
mod list_connections;
mod load_apps;
mod receipts;
mod scans;
mod store;

pub use add_connection::{
    AddConnectionError, NewConnection, NewConnectionError, add_connection, asked_scopes, scopes_for,
};
pub use calls::{CallRow, calls};
pub use keep::keep;
pub use list_connections::{Connection, ConnectionState, connection, connections};
pub use load_apps::{LoadAppsError, load_apps};
pub use manifest::Apps;
pub use receipts::{Closed, Receipt, receipt, receipts};
pub use scans::{
    Every, NewCall, NextPage, OpenCall, Scan, ScanEnd, ScanPage, ScanState, add_calls, begin_scan,
    carry_on, delay_scan, end_gone, end_page, end_scan, fail_scan, next_round, open_call,
    pause_scan, repeat_scan, restart_call, scan, scans, sweep_scans, take_over,
};
