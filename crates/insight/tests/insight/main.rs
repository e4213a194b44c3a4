//! The engine from outside: real logs, hand-made ones, and attacks.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod attacks;
mod csv;
mod map;
mod progress;
mod report;
mod second_opinion;
mod support;
mod truth;
mod xes;
