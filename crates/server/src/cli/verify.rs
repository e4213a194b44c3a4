use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use db::Db;
use kernel::{Scope, SystemClock, SystemRng};
use trust::{Evidence, Status};
use url::Url;

use super::{find, print, runtime};
use crate::config::ServerFlags;
use crate::data_dir::{DataDir, Login, ServerSecret};
use crate::database::Place;
use crate::exit::{Exit, Failure};
use crate::supervisor::InstanceFile;
use crate::verify::{self, Context, Instance, Round};

/// Run the controls against the running server
///
/// Each control attacks the server that runs on the data directory, the way somebody would who broke
/// the claim that it checks, and tells what became of it. Two of them read everything there is, the
/// whole audit log and every file of the embedded database: that takes its time on a large server.
///
/// Run it as the user that started the server. The server runs the controls by itself as well (see
/// verify_every_seconds), the two large ones once a day. The trust page shows the recorded results.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign verify
  countersign verify --json --record --data-dir ./data

Exit codes: 0 every control held, 1 a claim does not hold, 3 a control could not look, or no server
runs there.")]
pub(super) struct VerifyArgs {
    /// Print JSON: [{"claim","control","status":"pass|fail|error","checked_at","evidence","duration_ms"}]
    #[arg(long)]
    json: bool,
    /// Record the results, for the trust page
    #[arg(long)]
    record: bool,
    /// The rounds that `up` has run by themselves: record, and print nothing
    #[arg(long, hide = true, value_enum, conflicts_with_all = ["json", "record"])]
    round: Option<Round>,
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let data_dir = find(&args.flags)?;
    crate::logs::start_for_command();
    if let Some(round) = args.round {
        return verdict(&runtime()?.block_on(by_itself(&data_dir, round))?);
    }
    let found = runtime()?.block_on(all(&data_dir, args.record))?;
    if args.json {
        print(&format!(
            "{}\n",
            serde_json::to_string(&found).map_err(Failure::cannot_run)?
        ))?;
    } else {
        print(&table(&found))?;
    }
    verdict(&found)
}

/// Every control, for as long as it takes.
async fn all(data_dir: &Path, record: bool) -> Result<Vec<Evidence>, Failure> {
    let instance = instance(data_dir)?;
    let alone = only_round(data_dir, Round::Often).map_err(Failure::cannot_run)?;
    let context = context(instance).await?.for_as_long_as_it_takes();
    let mut found = verify::run(&context, Round::Often, |_| true).await;
    drop(alone);
    found.extend(verify::run(&context, Round::Daily, |_| true).await);
    end(context, if record { &found } else { &[] }).await?;
    Ok(found)
}

/// A round that nobody waits for.
async fn by_itself(data_dir: &Path, round: Round) -> Result<Vec<Evidence>, Failure> {
    let _alone = only_round(data_dir, round).map_err(Failure::cannot_run)?;
    let instance = instance(data_dir)?;
    let due = match round {
        Round::Often => None,
        Round::Daily => Some(due(&instance).await.map_err(Failure::cannot_run)?),
    };
    if due.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let context = context(instance).await?;
    let is_due = |id: &str| due.as_ref().is_none_or(|due| due.contains(&id));
    let found = verify::run(&context, round, is_due).await;
    end(context, &found).await?;
    Ok(found)
}

async fn context(instance: Instance) -> Result<Context, Failure> {
    Context::new(instance).await.map_err(Failure::cannot_run)
}

/// Records what is to be recorded, and takes away what the round made.
async fn end(context: Context, record: &[Evidence]) -> Result<(), Failure> {
    if !record.is_empty() {
        trust::record(&context.db, record)
            .await
            .map_err(Failure::cannot_run)?;
    }
    context.close().await.map_err(Failure::cannot_run)
}

/// The daily controls whose time has come.
async fn due(instance: &Instance) -> Result<Vec<&'static str>, db::Error> {
    let login = instance.verifier.clone();
    let db = Db::new(login, 1, Arc::new(SystemClock), Arc::new(SystemRng));
    let latest = trust::latest_evidence(&mut db.read(&Scope::Anonymous).await?).await?;
    let due = verify::due(&latest, db.clock().now());
    db.close().await;
    Ok(due)
}

/// Waits until no other such round runs: two at once would each wait for the rows that the
/// other attacks.
fn only_round(data_dir: &Path, round: Round) -> io::Result<File> {
    let name = match round {
        Round::Often => "verify.lock",
        Round::Daily => "verify-daily.lock",
    };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(DataDir::new(data_dir).run().join(name))?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)?;
    Ok(file)
}

/// The server that runs on the data directory, with the logins that its controls need.
fn instance(data_dir: &Path) -> Result<Instance, Failure> {
    let data_dir = DataDir::new(data_dir);
    let file = InstanceFile::of_running(&data_dir)?;
    let secret = ServerSecret::load(&data_dir).map_err(Failure::cannot_run)?;
    let place = Place::of(&file);
    let login = |login| {
        place
            .login(login, &secret)
            .options()
            .map_err(Failure::cannot_run)
    };
    Ok(Instance {
        url: file.local_url,
        host: host_of(&file.public_url),
        files_folder: file.files_folder,
        data_dir: file.data_dir,
        cluster_dir: file.cluster_dir,
        log_files: file.log_files,
        broker_socket: file.broker_socket,
        front_socket: file.front_socket,
        front_pid: file.pids.front,
        broker_pid: file.pids.broker,
        front: login(Login::Front)?,
        broker: login(Login::Broker)?,
        anonymous: login(Login::Anonymous)?,
        verifier: login(Login::Verifier)?,
    })
}

/// Host and port as browsers name them: without the port where it is the scheme's own.
fn host_of(url: &Url) -> String {
    let origin = url.origin().ascii_serialization();
    origin
        .split_once("://")
        .map_or_else(String::new, |(_, host)| host.to_owned())
}

fn table(round: &[Evidence]) -> String {
    let mut text = String::new();
    for evidence in round {
        let mark = match evidence.status {
            Status::Pass => "pass ",
            Status::Fail => "FAIL ",
            Status::Error => "error",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{mark}  {}  {}", evidence.claim, evidence.control);
        for line in evidence.evidence.lines() {
            let _ = writeln!(text, "              {line}");
        }
    }
    let count = |status| {
        round
            .iter()
            .filter(|evidence| evidence.status == status)
            .count()
    };
    let _ = writeln!(
        text,
        "\n{} of {} controls held, {} failed, {} could not look",
        count(Status::Pass),
        round.len(),
        count(Status::Fail),
        count(Status::Error)
    );
    text
}

fn verdict(round: &[Evidence]) -> Result<(), Failure> {
    let failing = |status| {
        let names: Vec<_> = round
            .iter()
            .filter(|evidence| evidence.status == status)
            .map(|evidence| format!("{} {}", evidence.claim, evidence.control))
            .collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    if let Some(names) = failing(Status::Fail) {
        let chain = vec![format!("claims that do not hold: {names}")];
        return Err(Failure {
            exit: Exit::CheckFailed,
            chain,
        });
    }
    if let Some(names) = failing(Status::Error) {
        let chain = vec![format!("controls that could not look: {names}")];
        return Err(Failure {
            exit: Exit::CannotRun,
            chain,
        });
    }
    Ok(())
}
