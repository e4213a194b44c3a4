use audit::proof::{self, ProveError};
use clap::Args;
use kernel::Scope;

use crate::cli::{database, find, print, runtime};
use crate::config::ServerFlags;
use crate::data_dir::Login;
use crate::exit::{Exit, Failure};

/// Print the proof of an entry, such as the signed receipt of what an organisation's deletion destroyed
///
/// The newest entry about a subject that tells of an action, with its place in the Merkle tree and the signed head that
/// has it (C2SP tlog-proof). `countersign audit verify-entry` checks it anywhere. An organisation that was deleted has
/// nobody left to ask for it: hand it to whoever was there.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign audit prove org_01jd6w3z9m4q8v7t2y5x0n1k3c > receipt.tlog-proof
  countersign audit prove con_01jd6w3z9m4q8v7t2y5x0n1k3c --action connectors.tokens_destroyed

Exit codes: 0 printed, 1 there is no such entry, 2 wrong arguments, 3 no server runs on the
data directory, or the entry is not in the signed tree yet.")]
pub(in crate::cli) struct ProveArgs {
    /// What it is about, by its identifier
    subject: String,
    /// The action that it tells of, as the audit log names it
    #[arg(
        long,
        value_name = "ACTION",
        default_value = "broker.data_keys_destroyed"
    )]
    action: String,
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(args: &ProveArgs) -> Result<(), Failure> {
    let data_dir = find(&args.flags)?;
    crate::logs::start_for_command();
    let proof = runtime()?.block_on(async {
        let db = database(&data_dir, Login::Verifier)?;
        let mut tx = db
            .read(&Scope::Anonymous)
            .await
            .map_err(Failure::cannot_run)?;
        proof::prove_newest(&mut tx, (&args.subject, &args.action))
            .await
            .map_err(failure)
    })?;
    print(&proof)
}

fn failure(error: ProveError) -> Failure {
    match error {
        ProveError::NotFound => Failure {
            exit: Exit::CheckFailed,
            chain: vec![error.to_string()],
        },
        other => Failure::cannot_run(other),
    }
}
