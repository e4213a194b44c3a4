//! Scans of connections: how far each is, and which calls wait.

mod calls;
mod change;
mod scan;
mod store;
mod sweep;

pub use calls::{
    NewCall, NextPage, OpenCall, ScanPage, add_calls, end_gone, end_page, open_call, restart_call,
};
pub use change::{
    ScanEnd, begin_scan, carry_on, delay_scan, end_scan, fail_scan, next_round, pause_scan,
    repeat_scan, take_over,
};
pub use scan::{Every, Scan, ScanState, scan, scans};
pub use sweep::sweep_scans;
