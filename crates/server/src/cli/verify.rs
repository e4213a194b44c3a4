use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use clap::Args;
use trust::{Evidence, Status};
use url::Url;

use super::{load, print, runtime};
use crate::config::ServerFlags;
use crate::data_dir::{DataDir, Login, ServerSecret};
use crate::database::Place;
use crate::exit::{Exit, Failure};
use crate::supervisor::InstanceFile;
use crate::verify::{self, Context, Instance};

/// Run the controls against the running server
///
/// Each control attacks the server that runs on the data directory, the way somebody would who broke
/// the claim that it checks, and tells what became of it. Run it as the user that started the
/// server. The trust page shows the recorded results.
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
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let config = load(&(&args.flags).into())?;
    crate::logs::start_for_command();
    let round = runtime()?.block_on(round(&config.data_dir, args.record))?;
    if args.json {
        print(&format!(
            "{}\n",
            serde_json::to_string(&round).map_err(Failure::cannot_run)?
        ))?;
    } else {
        print(&table(&round))?;
    }
    verdict(&round)
}

async fn round(data_dir: &Path, record: bool) -> Result<Vec<Evidence>, Failure> {
    let instance = instance(data_dir)?;
    let _turn = turn(data_dir).map_err(Failure::cannot_run)?;
    let context = Context::new(instance).await.map_err(Failure::cannot_run)?;
    let round = verify::run(&context).await;
    if record {
        trust::record(&context.db, &round)
            .await
            .map_err(Failure::cannot_run)?;
    }
    context.db.close().await;
    Ok(round)
}

/// Waits until no other round runs: a round ends the credentials that the one before it attacked with.
fn turn(data_dir: &Path) -> io::Result<File> {
    let path = DataDir::new(data_dir).run().join("verify.lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
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
        data_dir: file.data_dir,
        cluster_dir: file.cluster_dir,
        log_files: file.log_files,
        broker_socket: file.broker_socket,
        front_socket: file.front_socket,
        front_pid: file.pids.front,
        broker_pid: file.pids.broker,
        front: login(Login::Front)?,
        broker: login(Login::Broker)?,
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
        let _ = writeln!(text, "              {}", evidence.evidence);
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
