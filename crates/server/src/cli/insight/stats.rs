use std::fs::File;
use std::io::{ErrorKind, IsTerminal as _, stdout};
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::Args;
use insight::{EventLog, Limits, ReadError, read_log, report, statistics};

use super::mapping::MappingFlags;
use super::progress::ProgressLine;
use crate::cli::print;
use crate::exit::{Exit, Failure};

/// Print the process statistics of an event log
///
/// Reads XES and CSV, plain or gzip, and prints how many cases and events there are, how long cases
/// take, which ways they go, and where they wait. Needs no server, and stores nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign insight stats helpdesk.xes.gz
  countersign insight stats tickets.csv --case \"Ticket ID\" --activity Status --timestamp Changed
  countersign insight stats helpdesk.xes.gz --json | jq .case_duration_s

Exit codes: 0 printed, 1 the file is no log that can be read (the message names the line), 2 wrong
arguments, or the file cannot be opened, 3 reading it broke off.")]
pub(in crate::cli) struct StatsArgs {
    /// The log
    file: PathBuf,
    /// Print JSON: {"cases","events","activities","variants","edges":[…],"case_duration_s":{…},…};
    /// durations are in seconds
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    mapping: MappingFlags,
}

const WIDTH_WHERE_UNKNOWN: usize = 100;

pub(super) fn run(args: &StatsArgs) -> Result<(), Failure> {
    let statistics = statistics(&read(args)?);
    if args.json {
        let text = serde_json::to_string_pretty(&statistics).map_err(Failure::cannot_run)?;
        return print(&format!("{text}\n"));
    }
    let terminal = stdout().is_terminal();
    let width = rustix::termios::tcgetwinsize(stdout())
        .ok()
        .map(|size| usize::from(size.ws_col));
    let width = width
        .filter(|width| terminal && *width > 0)
        .unwrap_or(WIDTH_WHERE_UNKNOWN);
    print(&report::text(&statistics, width, terminal))
}

fn read(args: &StatsArgs) -> Result<EventLog, Failure> {
    let path = args.file.display();
    let open = File::open(&args.file).and_then(|file| {
        let found = file.metadata()?;
        if found.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        Ok((found.len(), file))
    });
    let (size, file) = open.map_err(|error| Failure {
        exit: Exit::Usage,
        chain: vec![format!("{path} cannot be opened"), error.to_string()],
    })?;
    let format = args.mapping.format(&args.file.to_string_lossy());
    let mut line = ProgressLine::new(size);
    let log = read_log(file, &format, &Limits::default(), &mut |progress| {
        line.tell(progress);
        ControlFlow::Continue(())
    });
    line.end();
    log.map_err(|error| {
        let exit = match error {
            ReadError::Io { .. } => Exit::CannotRun,
            _ => Exit::CheckFailed,
        };
        let mut failure = Failure::new(exit, &error);
        failure
            .chain
            .insert(0, format!("{path} could not be read as an event log"));
        failure
    })
}
