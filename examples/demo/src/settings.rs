use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use demo::Problem;

use crate::data_dir;

/// Plays Countersign's main job on real data.
///
/// Starts Countersign on its embedded PostgreSQL and the example tracker, then: signs up, connects
/// the tracker over OAuth, scans its metadata, imports an event log, lets an AI client ask and
/// propose a ticket over MCP, countersigns it, and proves it from the audit log. Ctrl-C stops all.
#[derive(Debug, clap::Parser)]
#[command(name = "demo")]
pub(crate) struct Args {
    /// Play without a browser, approve by API as the demo's owner, stop everything, and exit 0 only
    /// if every step and control held
    #[arg(long)]
    pub(crate) once: bool,
    /// Write what happened to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Import this event log (XES, XES.gz or CSV) in place of the simulated one
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Where the demo keeps its data: a folder that it made, which it empties before each play, or
    /// one that is empty or not there yet
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The port to serve on; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 7410)]
    port: u16,
}

/// What the processes are started with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) binaries: PathBuf,
    pub(crate) data_dir: PathBuf,
    pub(crate) port: u16,
    pub(crate) tracker_port: u16,
    pub(crate) password: String,
    pub(crate) client_secret: String,
    pub(crate) log_name: String,
    /// The event log, read before anything is removed or started.
    pub(crate) log: Vec<u8>,
}

/// This repository: the demo is run from where it was built.
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// The simulated log that the repository ships.
const SIMULATED: &str = "examples/logs/helpdesk-simulated.xes.gz";

impl Settings {
    pub(crate) fn prepare(args: &Args) -> Result<Self, Problem> {
        let binaries = std::env::current_exe()
            .map_err(|error| Problem::Io("where this program is".to_owned(), error))?
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default();
        let data_dir = args.data_dir.clone().unwrap_or_else(default_data_dir);
        let data_dir = std::path::absolute(&data_dir).unwrap_or(data_dir);
        let (log, log_name) = match &args.log {
            Some(file) => (file.clone(), name_of(file)),
            None => (
                Path::new(REPOSITORY).join(SIMULATED),
                "Helpdesk (simulated)".to_owned(),
            ),
        };
        let log = std::fs::read(&log)
            .map_err(|error| Problem::Io(format!("{} cannot be read", log.display()), error))?;
        data_dir::prepare(&data_dir)?;
        Ok(Self {
            binaries,
            data_dir,
            port: args.port,
            tracker_port: match args.port {
                0 => free_port()?,
                port => port.saturating_add(1),
            },
            password: random_text(),
            client_secret: random_text(),
            log_name,
            log,
        })
    }
}

/// A port for the tracker that is free now: the server is told it before the tracker starts.
fn free_port() -> Result<u16, Problem> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Problem::Io("no port is free".to_owned(), error))
}

fn name_of(file: &Path) -> String {
    file.file_name().map_or_else(
        || "Log".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// As root the server's processes run under users of their own, which cannot look into root's home.
fn default_data_dir() -> PathBuf {
    if rustix::process::getuid().is_root() {
        PathBuf::from("/var/lib/countersign-demo")
    } else {
        Path::new(REPOSITORY).join("var/demo")
    }
}

fn random_text() -> String {
    let mut random = [0_u8; 24];
    // Without randomness the text is all zeros, and nothing but this demo would open with it.
    let _ = rand::fill(&mut random);
    hex::encode(random)
}
