//! Reads a log and prints its statistics: `stats FILE [--json]`. Exists so that `bench/insight.sh`
//! and a developer at a terminal need no server; the product's command is `countersign insight
//! stats`.
#![expect(clippy::print_stderr, reason = "a command prints")]

use std::fs::File;
use std::io::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;

use insight::{Format, Limits, Statistics, read_log, report, statistics};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: stats FILE [--json]");
        return ExitCode::from(2);
    };
    let as_json = arguments.next().as_deref() == Some("--json");
    match of_file(&path).and_then(|statistics| shown(&statistics, as_json)) {
        Ok(text) => {
            // A reader that closes its end, as `head` does, has seen enough.
            let _ = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{path}: {message}");
            ExitCode::FAILURE
        }
    }
}

fn of_file(path: &str) -> Result<Statistics, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let format = Format::of_file_name(path);
    let log = read_log(file, &format, &Limits::default(), &mut |_| {
        ControlFlow::Continue(())
    });
    log.map(|log| statistics(&log))
        .map_err(|error| format!("{error} [{}]", error.code()))
}

fn shown(statistics: &Statistics, as_json: bool) -> Result<String, String> {
    if as_json {
        serde_json::to_string_pretty(statistics).map_err(|error| error.to_string())
    } else {
        Ok(report::text(statistics, 110, false))
    }
}
