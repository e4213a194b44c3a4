//! Attacks on the embedded cluster, with a real PostgreSQL and real processes.
//!
//! Run as `cargo nextest run -p db`: with `--test cluster`, cargo does not bring the example that
//! serves as the parent to be killed up to date.

mod access;
mod comes_back;
mod disk_full;
mod log_is_mute;
mod parent_death;
mod refuses;
mod stops;
mod support;
