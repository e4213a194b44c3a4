use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;

use audit::bundle::{BundleReader, Limits};
use audit::offline::{Outcome, Report, SavedCheckpoint, verify_bundle};
use clap::Args;

use super::source;
use crate::cli::{database, find, print, runtime};
use crate::config::ServerFlags;
use crate::data_dir::Login;
use crate::exit::{Exit, Failure};

/// Check that no entry of the audit log was altered, removed or inserted
///
/// Checks every row against the Merkle tree, and the tree against signed checkpoints: the log's own
/// newest one, and those that you saved elsewhere. Whoever has the database could rewrite all of it
/// and sign it anew; a checkpoint saved elsewhere, and a key that you noted, are what they cannot
/// rewrite. Names each row that was altered, removed or inserted. A row that the database's superuser
/// adds with the present date is an entry like any other: nothing tells it apart.
///
/// Without --bundle it reads the database of the server that runs on the data directory. With
/// --bundle it needs no server and no database.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign audit verify
  countersign audit verify --checkpoint monday.txt --key noted-key.txt
  countersign audit verify --bundle audit.jsonl --key noted-key.txt --checkpoint monday.txt

Exit codes: 0 all held, 1 the log is not what was signed, 2 wrong arguments, or a file cannot be
read, 3 it could not be checked.")]
pub(in crate::cli) struct VerifyArgs {
    /// A checkpoint that was saved earlier; may be repeated
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// Check this export (see `countersign audit export`), without a server
    #[arg(long, value_name = "FILE", requires = "key")]
    bundle: Option<PathBuf>,
    /// The log's verifier key, or a file with it [default: the one in the database]
    #[arg(long, value_name = "KEY|FILE")]
    key: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    crate::logs::start_for_command();
    let saved = saved(&args.checkpoint)?;
    let report = match (&args.bundle, &args.key) {
        (Some(bundle), Some(key)) => {
            let key = source::parse(key)?;
            let file = File::open(bundle).map_err(|error| cannot_read(bundle, &error))?;
            match BundleReader::open(BufReader::new(file), Limits::default()) {
                Ok(bundle) => verify_bundle(bundle, &saved, &key),
                Err(error) => {
                    Report::error(key.name().as_str(), error.problem.code(), error.to_string())
                }
            }
        }
        _ => runtime()?.block_on(of_database(args, saved))?,
    };
    print(&if args.json {
        format!(
            "{}\n",
            serde_json::to_string(&report).map_err(Failure::cannot_run)?
        )
    } else {
        report.to_string()
    })?;
    verdict(&report)
}

async fn of_database(args: &VerifyArgs, saved: Vec<SavedCheckpoint>) -> Result<Report, Failure> {
    let db = database(&find(&args.flags)?, Login::Verifier)?;
    let key = source::key(args.key.as_deref(), &db).await?;
    audit::verify_database(&db, &key, saved)
        .await
        .map_err(Failure::cannot_run)
}

fn saved(files: &[PathBuf]) -> Result<Vec<SavedCheckpoint>, Failure> {
    files
        .iter()
        .map(|path| {
            let note = fs::read_to_string(path).map_err(|error| cannot_read(path, &error))?;
            Ok(SavedCheckpoint {
                label: path.display().to_string(),
                note,
            })
        })
        .collect()
}

fn cannot_read(path: &std::path::Path, error: &std::io::Error) -> Failure {
    let chain = vec![
        format!("{} cannot be read", path.display()),
        error.to_string(),
    ];
    Failure {
        exit: Exit::Usage,
        chain,
    }
}

fn verdict(report: &Report) -> Result<(), Failure> {
    let (exit, what) = match report.outcome {
        Outcome::Ok => return Ok(()),
        Outcome::Failed => (Exit::CheckFailed, "the audit log is not what was signed"),
        Outcome::Error => (Exit::CannotRun, "the audit log could not be checked"),
    };
    let problem = report
        .problem
        .as_ref()
        .map(|problem| problem.message.clone());
    Err(Failure {
        exit,
        chain: std::iter::once(what.to_owned()).chain(problem).collect(),
    })
}
