//! `test-database stop` stops the database that tests leave running between runs.

#![expect(clippy::print_stderr, reason = "a tool for people at a terminal")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().skip(1).ne(["stop"]) {
        eprintln!("usage: test-database stop");
        return ExitCode::FAILURE;
    }
    testkit::cluster::stop();
    ExitCode::SUCCESS
}
