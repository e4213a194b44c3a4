use std::fs::OpenOptions;
use std::io::{BufWriter, Write, stdout};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::source;
use crate::cli::{database, find, runtime, say};
use crate::config::ServerFlags;
use crate::data_dir::Login;
use crate::exit::{Exit, Failure};

/// Write the audit log to a file that anybody can check
///
/// One line of JSON for each entry, with the hash that the log recorded for it; entries of all
/// organisations. `countersign audit verify --bundle` checks the file without this server, and so
/// can any program that reads JSON and computes SHA-256.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign audit export --output audit.jsonl
  countersign audit export | gzip > audit.jsonl.gz

Exit codes: 0 written, 2 wrong arguments, 3 the log could not be read.")]
pub(in crate::cli) struct ExportArgs {
    /// The file to write; it must not exist yet [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(args: &ExportArgs) -> Result<(), Failure> {
    let data_dir = find(&args.flags)?;
    crate::logs::start_for_command();
    let entries = runtime()?.block_on(async {
        // Before a file is made: one that was made for nothing would be in the way of the next try.
        let db = database(&data_dir, Login::Verifier)?;
        let key = source::key(None, &db).await?;
        let out = BufWriter::new(open(args.output.as_deref())?);
        audit::export(&db, &key, out).await.map_err(|error| {
            if let Some(path) = &args.output {
                // Half a log is none.
                let _ = std::fs::remove_file(path);
            }
            Failure::cannot_run(error)
        })
    })?;
    say(&format!("{entries} entries exported"));
    Ok(())
}

fn open(output: Option<&Path>) -> Result<Box<dyn Write>, Failure> {
    let Some(path) = output else {
        return Ok(Box::new(stdout().lock()));
    };
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match file {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(Failure {
            exit: Exit::Usage,
            chain: vec![
                format!("{} cannot be made", path.display()),
                error.to_string(),
            ],
        }),
    }
}
