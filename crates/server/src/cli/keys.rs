use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::{Duration, Instant};

use broker::rotation::{self, Rotation, RotationKind};
use clap::{Args, Subcommand};
use db::Db;
use kernel::RotationId;
use serde_json::{Value, json};

use super::{database, find, print, runtime, say};
use crate::config::ServerFlags;
use crate::data_dir::Login;
use crate::exit::{Exit, Failure};

/// The keys that seal secrets: which are in use, and new ones for old
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    Status(StatusArgs),
    RotateMaster(RotateMasterArgs),
    Rotate(RotateArgs),
}

/// Show which master keys the server's secrets need
///
/// Each secret is sealed by a data key, and each data key is wrapped by a master key. A master key that is
/// not listed here is not needed to open anything that the database holds now.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign keys status
  countersign keys status --json

Exit codes: 0 shown, 3 no server runs.")]
pub(super) struct StatusArgs {
    /// Print one line of JSON: {"master_keys":[{"id","tenants_keys","servers_keys","retired_keys"}],"rotation":"rot_…"|null}
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: ServerFlags,
}

/// Wrap every data key under a new master key, while the server serves
///
/// The broker puts a new key above the others in its master key file, and wraps every data key under
/// it; where you have put one there yourself, it takes that. The old key stays in the file, where it
/// opens backups from before: take its line out once `keys status` does not list it and you want
/// those backups to open no more. Copy the file to where you keep its copy.
///
/// Where a key management service is first in [[master_keys]], every data key is wrapped by the newest
/// version of its key. Make that version there, or put another key first, before you ask.
///
/// What is interrupted, here or in the server, goes on by itself; asked again, this command shows how far
/// it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign keys rotate-master
  countersign keys rotate-master --data-dir ./data --json

Exit codes: 0 done, 1 done but for data keys that do not open, or not done, 3 no server runs, or its
broker does not go on.")]
pub(super) struct RotateMasterArgs {
    /// Print one line of JSON when done: {"rotation":"rot_…","master_key","keys","keys_left":[…]}
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: ServerFlags,
}

/// Replace every data key by a new one, while the server serves
///
/// Each data key gets a successor that seals from then on; whatever the old one sealed is sealed anew, and
/// ten seconds later the old one is destroyed. Backups from before open still, with the data keys that they
/// hold and the master key of their time.
///
/// What is interrupted, here or in the server, goes on by itself; asked again, this command shows how far
/// it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign keys rotate
  countersign keys rotate --data-dir ./data --json

Exit codes: 0 done, 1 done but for data keys or values that do not open, or not done, 3 no server runs, or
its broker does not go on.")]
pub(super) struct RotateArgs {
    /// Print one line of JSON when done: {"rotation":"rot_…","keys","values","keys_left":[…]}
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(command: &KeysCommand) -> Result<(), Failure> {
    match command {
        KeysCommand::Status(args) => status(args),
        KeysCommand::RotateMaster(args) => rotate_master(args),
        KeysCommand::Rotate(args) => rotate(args),
    }
}

fn status(args: &StatusArgs) -> Result<(), Failure> {
    let folder = find(&args.flags)?;
    let (uses, under_way) = runtime()?.block_on(async {
        let db = database(&folder, Login::Broker)?;
        let uses = rotation::uses(&db).await.map_err(Failure::cannot_run)?;
        let under_way = rotation::under_way(&db).await;
        Ok::<_, Failure>((uses, under_way.map_err(Failure::cannot_run)?))
    })?;
    if args.json {
        let keys = uses.iter().map(|one| {
            json!({ "id": one.master_key, "tenants_keys": one.tenants_keys, "servers_keys": one.servers_keys, "retired_keys": one.retired_keys })
        });
        let rotation = under_way.map(|id| id.to_string());
        let line = json!({ "master_keys": keys.collect::<Vec<Value>>(), "rotation": rotation });
        return print(&format!("{line}\n"));
    }
    for one in &uses {
        print(&format!(
            "{}  wraps {} data keys of organisations and {} of the server's own, {} of them retired\n",
            one.master_key, one.tenants_keys, one.servers_keys, one.retired_keys
        ))?;
    }
    under_way.map_or(Ok(()), |id| print(&format!("{id} is under way\n")))
}

/// How often to look how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// A broker that does nothing for that long is not there, or cannot.
const PATIENCE: Duration = Duration::from_mins(1);

fn rotate_master(args: &RotateMasterArgs) -> Result<(), Failure> {
    let (id, ended) = rotated(&args.flags, RotationKind::MasterKey)?;
    let target = ended.master_key.as_deref().unwrap_or_default();
    if args.json {
        let line = json!({
            "rotation": id.to_string(), "master_key": target, "keys": ended.keys_done,
            "keys_left": ended.keys_left,
        });
        print(&format!("{line}\n"))?;
    } else {
        let copy = if target.starts_with("file:") {
            " Copy the master key file to where you keep its copy."
        } else {
            ""
        };
        print(&format!(
            "{} data keys are wrapped under {target}.{copy}\n",
            ended.keys_done
        ))?;
    }
    none_left(&ended)
}

fn rotate(args: &RotateArgs) -> Result<(), Failure> {
    let (id, ended) = rotated(&args.flags, RotationKind::DataKeys)?;
    if args.json {
        let line = json!({
            "rotation": id.to_string(), "keys": ended.keys_done, "values": ended.values_done,
            "keys_left": ended.keys_left,
        });
        print(&format!("{line}\n"))?;
    } else {
        print(&format!(
            "{} data keys are replaced, and {} values sealed anew\n",
            ended.keys_done, ended.values_done
        ))?;
    }
    none_left(&ended)
}

/// Asks for a rotation, and waits for its end.
fn rotated(flags: &ServerFlags, kind: RotationKind) -> Result<(RotationId, Rotation), Failure> {
    let folder = find(flags)?;
    let (id, ended) = runtime()?.block_on(async {
        let db = database(&folder, Login::Broker)?;
        // The broker's own login cannot ask: who has it alone cannot reach for every tenant's keys.
        let asked = rotation::ask(&database(&folder, Login::Verifier)?, kind).await;
        let (id, is_new) = asked.map_err(Failure::cannot_run)?;
        if !is_new {
            let other = rotation::look(&db, id).await.map_err(Failure::cannot_run)?;
            if other.is_some_and(|other| other.kind != kind) {
                return Err(not_done(vec![format!(
                    "another rotation is under way, {id}: ask again when it is over"
                )]));
            }
            say("a rotation is under way already: this is it");
        }
        Ok::<_, Failure>((id, follow(&db, id).await?))
    })?;
    if let Some(why) = &ended.failure {
        return Err(not_done(vec![
            "the rotation was not done".to_owned(),
            why.clone(),
        ]));
    }
    Ok((id, ended))
}

fn none_left(ended: &Rotation) -> Result<(), Failure> {
    if ended.keys_left.is_empty() {
        return Ok(());
    }
    Err(not_done(vec![format!(
        "data keys that do not open, or that a value does not open by: {}. They stay as they are; the broker's log names them",
        ended.keys_left.join(", ")
    )]))
}

const fn not_done(chain: Vec<String>) -> Failure {
    Failure {
        exit: Exit::CheckFailed,
        chain,
    }
}

/// Shows how far it is, until it is over.
async fn follow(db: &Db, id: RotationId) -> Result<Rotation, Failure> {
    let mut line = Line::default();
    let (mut before, mut since) = (None, Instant::now());
    loop {
        let now = rotation::look(db, id).await.map_err(Failure::cannot_run)?;
        let Some(now) = now else {
            return Err(silent());
        };
        line.tell(&now);
        if now.is_over {
            line.end();
            return Ok(now);
        }
        if before.as_ref() != Some(&now) {
            since = Instant::now();
            before = Some(now);
        } else if since.elapsed() > PATIENCE {
            line.end();
            return Err(silent());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn silent() -> Failure {
    Failure {
        exit: Exit::CannotRun,
        chain: vec![
            "the broker has not gone on for a minute: its log says why. It goes on by itself when it can"
                .to_owned(),
        ],
    }
}

/// What stderr shows: one line on a terminal, and one for each tenth elsewhere.
#[derive(Debug, Default)]
struct Line {
    shown: Option<i64>,
}

impl Line {
    fn tell(&mut self, now: &Rotation) {
        let (done, total) = (now.keys_done, now.keys_total);
        let tenth = (done * 10).checked_div(total).unwrap_or(0);
        let text = format!("{done} of {total} data keys");
        if total == 0 {
            return;
        }
        if stderr().is_terminal() {
            // A terminal that is gone is told nothing more.
            let _ = write!(stderr(), "\r{text}");
            self.shown = Some(tenth);
        } else if self.shown != Some(tenth) {
            say(&text);
            self.shown = Some(tenth);
        }
    }

    /// Ends the line of a terminal.
    fn end(&self) {
        if self.shown.is_some() && stderr().is_terminal() {
            let _ = writeln!(stderr());
        }
    }
}
