//! The engine from outside: real logs, hand-made ones, and attacks.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod attacks;
mod corpus;
mod csv;
mod map;
mod progress;
mod report;
mod sample;
mod second_opinion;
mod support;
mod truth;
mod xes;
