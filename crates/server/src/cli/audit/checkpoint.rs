use clap::Args;
use kernel::Scope;
use serde_json::json;

use super::source;
use crate::cli::{database, find, print, runtime};
use crate::config::ServerFlags;
use crate::data_dir::Login;
use crate::exit::{Exit, Failure};

/// Print the newest signed checkpoint of the audit log, to save elsewhere
///
/// A checkpoint (C2SP tlog-checkpoint) fixes every entry up to now. Save one now and then where this
/// server cannot change it, together with the verifier key: `countersign audit verify --checkpoint`
/// then proves that nothing before it was altered since.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign audit checkpoint > monday.txt
  countersign audit checkpoint --key > noted-key.txt

Exit codes: 0 printed, 3 no server runs on the data directory, or it has none yet.")]
pub(in crate::cli) struct CheckpointArgs {
    /// Print the log's verifier key in its place
    #[arg(long)]
    key: bool,
    /// Print JSON: {"checkpoint":…,"size":…,"key":…}
    #[arg(long, conflicts_with = "key")]
    json: bool,
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(args: &CheckpointArgs) -> Result<(), Failure> {
    let data_dir = find(&args.flags)?;
    crate::logs::start_for_command();
    let (key, head) = runtime()?.block_on(async {
        let db = database(&data_dir, Login::Verifier)?;
        let key = source::key(None, &db).await?;
        let mut tx = db
            .read(&Scope::Anonymous)
            .await
            .map_err(Failure::cannot_run)?;
        Ok::<_, Failure>((
            key,
            audit::head(&mut tx).await.map_err(Failure::cannot_run)?,
        ))
    })?;
    if args.key {
        return print(&format!("{key}\n"));
    }
    let head = head.ok_or_else(|| Failure {
        exit: Exit::CannotRun,
        chain: vec!["the audit log has no signed checkpoint yet: try again in a moment".to_owned()],
    })?;
    print(&if args.json {
        let line = json!({ "checkpoint": head.note, "size": head.size, "key": key.to_string() });
        format!("{line}\n")
    } else {
        head.note
    })
}
