//! The command line. Results go to stdout, everything else to stderr; exit codes are the same for
//! every command.

mod account;
mod audit;
mod config;
mod connector;
mod insight;
mod keys;
mod lint_db;
mod mail;
mod migrate;
mod operator;
mod verify;
mod version;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use db::Db;
use kernel::{SystemClock, SystemRng};

use crate::config::{Config, ConfigError, ConfigFlags, Environment, ServerFlags};
use crate::data_dir::{DataDir, Login, LostSecret, ServerSecret};
use crate::database::Place;
use crate::exit::{Exit, Failure};
use crate::supervisor::{self, Announce, InstanceFile};

/// Countersign: AI agents and people use a company's apps, and nothing is written without a human's
/// countersign.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, propagate_version = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit codes, of every command:
  0  done, or held
  1  checked, and does not hold or is not there
  2  the command line or the configuration is wrong, or a file that it names cannot be read
  3  something could not be reached or run

Start with:
  countersign up            a server on this machine, at http://127.0.0.1:7410
  countersign verify        what that server can prove about itself";

#[derive(Debug, Subcommand)]
enum Command {
    Up(UpArgs),
    Migrate(migrate::MigrateArgs),
    #[command(subcommand)]
    Config(config::ConfigCommand),
    Verify(verify::VerifyArgs),
    #[command(subcommand)]
    Connector(connector::ConnectorCommand),
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    #[command(subcommand)]
    Insight(insight::InsightCommand),
    LintDb(lint_db::LintDbArgs),
    #[command(subcommand)]
    Mail(mail::MailCommand),
    #[command(subcommand)]
    Account(account::AccountCommand),
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    Version(version::VersionArgs),
    /// The front's process. Run by `up`.
    #[command(hide = true)]
    Front,
    /// The broker's process. Run by `up`.
    #[command(hide = true)]
    Broker,
}

/// Start a server, and keep it running
///
/// Starts a private PostgreSQL (or uses yours, see database_url), brings its schema up to date, and
/// starts two processes: the front, which serves people and clients and can neither read a key nor
/// reach the network; and the broker, which holds the keys and makes every call to a connected app.
/// One that dies is started again. Ctrl-C or SIGTERM stops all of it.
///
/// Started as root, each process runs under an unprivileged user of its own.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign up
  countersign up --data-dir ./data --listen 127.0.0.1:8080
  countersign up --config /etc/countersign/countersign.toml

The configuration file's keys are described in countersign.example.toml.
Exit codes: 0 stopped when asked, 2 wrong configuration, 3 could not start or go on.")]
struct UpArgs {
    /// Print one line of JSON when ready: {"ready":true,"url":…,"data_dir":…,"pids":{…},"ms":…}
    #[arg(long)]
    json: bool,
    /// Make server.secret anew where it was lost: everybody has to sign in again, and nothing else
    /// is lost. Does nothing where the file is there
    #[arg(long)]
    new_secret: bool,
    /// Stop when the process that started this one ends, however it ends
    #[arg(long)]
    stop_with_parent: bool,
    #[command(flatten)]
    flags: ConfigFlags,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(code) => code,
        Err(failure) => failure.tell(),
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Front => return Ok(crate::front::main()),
        Command::Broker => return Ok(crate::broker_process::main()),
        Command::Up(args) => up(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::Config(command) => config::run(&command),
        Command::Connector(command) => connector::run(&command),
        Command::Audit(command) => audit::run(&command),
        Command::Insight(command) => insight::run(&command),
        Command::LintDb(args) => lint_db::run(&args),
        Command::Mail(command) => mail::run(&command),
        Command::Account(command) => account::run(&command),
        Command::Operator(command) => operator::run(&command),
        Command::Keys(command) => keys::run(&command),
        Command::Verify(args) => verify::run(&args),
        Command::Version(args) => version::run(&args),
    }
    .map(|()| ExitCode::SUCCESS)
}

fn up(args: &UpArgs) -> Result<(), Failure> {
    let config = load(&args.flags)?;
    crate::logs::start(&config.log, "supervisor");
    let announce = if args.json {
        Announce::Json
    } else {
        Announce::Text
    };
    if args.stop_with_parent {
        crate::process::stop_with_parent().map_err(Failure::cannot_run)?;
    }
    let lost_secret = if args.new_secret {
        LostSecret::MakeAnew
    } else {
        LostSecret::Refuse
    };
    supervisor::run(&config, lost_secret, announce)
}

/// The configuration, or what is wrong with it.
fn load(flags: &ConfigFlags) -> Result<Config, Failure> {
    Config::load(flags, &Environment::read())
        .map_err(|error: ConfigError| Failure::new(Exit::Usage, &error))
}

/// Where the server is that a command is about.
fn find(flags: &ServerFlags) -> Result<PathBuf, Failure> {
    Config::data_dir(flags, &Environment::read())
        .map_err(|error: ConfigError| Failure::new(Exit::Usage, &error))
}

/// The running server's database, as one of its login roles. To be called on a runtime: the pool looks after
/// itself on it.
fn database(folder: &Path, login: Login) -> Result<Db, Failure> {
    let data_dir = DataDir::new(folder);
    let instance = InstanceFile::of_running(&data_dir)?;
    let secret = ServerSecret::load(&data_dir).map_err(Failure::cannot_run)?;
    let options = Place::of(&instance).login(login, &secret).options();
    let options = options.map_err(Failure::cannot_run)?;
    Ok(Db::new(
        options,
        2,
        Arc::new(SystemClock),
        Arc::new(SystemRng),
    ))
}

/// Prints a result.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever read it has read enough.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::cannot_run(error))
        }
        _ => Ok(()),
    }
}

/// Says something beside the result.
fn say(text: &str) {
    use std::io::Write as _;
    // Nobody is left to be told when stderr is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The runtime of a command that asks the database.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::cannot_run)
}

#[cfg(test)]
mod tests;
