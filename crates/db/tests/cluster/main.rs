//! Attacks on the embedded cluster, with a real PostgreSQL and real processes.
//!
//! Run as `cargo nextest run -p db`: with `--test cluster`, cargo does not bring the example that
//! serves as the parent to be killed up to date.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests and their helpers: what fails here is the test"
)]

mod access;
mod comes_back;
mod detached;
mod disk_full;
mod log_is_mute;
mod parent_death;
mod refuses;
mod seed;
mod stops;
mod support;
