//! The front's self-test: asked over its own socket, it tries what it must not be able to do.
//!
//! A control that looked from outside could only see that rules were set. This one is the process
//! itself, trying.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::process::Forbidden;
use crate::process::sandbox::Confinement;

/// What the front found that it can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeReport {
    /// Whether every attempt to reach the network was refused by the system.
    pub network_refused: bool,
    /// What each attempt got.
    pub network: String,
    /// Whether every attempt to open a file that holds a key was refused by the system.
    pub key_file_refused: bool,
    /// What each attempt got.
    pub key_file: String,
    /// Whether running a program was refused.
    pub program_refused: bool,
    /// How much of its confinement the kernel holds the front to: `full`, `partial` or `none`.
    pub confinement: String,
}

/// What to try.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    pub(crate) confinement: Confinement,
    pub(crate) forbidden: Forbidden,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The front does not answer on its socket.
    #[error("the front does not answer on its probe socket")]
    Unreachable(#[source] io::Error),
    /// It answered something else.
    #[error("the front's answer is no report")]
    Unexpected,
}

const ASK_LIMIT: Duration = Duration::from_secs(10);
const LONGEST_ANSWER_BYTES: u64 = 64 * 1024;

/// Serves the self-test on the socket, whose mode lets in the supervisor's user alone.
pub(crate) async fn serve(listener: UnixListener, probe: Probe) {
    let listener = listener
        .set_nonblocking(true)
        .and_then(|()| tokio::net::UnixListener::from_std(listener));
    let router = Router::new().route("/probe", get(answer)).with_state(probe);
    match listener {
        // `axum::serve` never ends by itself.
        Ok(listener) => drop(axum::serve(listener, router).await),
        Err(error) => tracing::error!(%error, "server.probe_failed"),
    }
}

async fn answer(State(probe): State<Probe>) -> Json<ProbeReport> {
    Json(attempt(&probe))
}

/// Asks the front that serves on `path`.
pub async fn ask(path: &Path) -> Result<ProbeReport, ProbeError> {
    let answer = tokio::time::timeout(ASK_LIMIT, exchange(path))
        .await
        .map_err(|_| ProbeError::Unreachable(io::ErrorKind::TimedOut.into()))?
        .map_err(ProbeError::Unreachable)?;
    let (_, body) = answer
        .split_once("\r\n\r\n")
        .ok_or(ProbeError::Unexpected)?;
    serde_json::from_str(body).map_err(|_| ProbeError::Unexpected)
}

async fn exchange(path: &Path) -> io::Result<String> {
    let mut stream = UnixStream::connect(path).await?;
    stream.write_all(b"GET /probe HTTP/1.0\r\n\r\n").await?;
    let mut text = String::new();
    stream
        .take(LONGEST_ANSWER_BYTES)
        .read_to_string(&mut text)
        .await?;
    Ok(text)
}

fn attempt(probe: &Probe) -> ProbeReport {
    let network = network();
    let files = files(&probe.forbidden);
    ProbeReport {
        network_refused: network.iter().all(|(_, got)| is_refusal(*got)),
        network: tell(&network),
        key_file_refused: files.iter().all(|(_, got)| is_refusal(*got)),
        key_file: tell(&files),
        program_refused: is_refusal(errno(std::process::Command::new("/bin/true").status())),
        confinement: match probe.confinement {
            Confinement::Full => "full",
            Confinement::Partial => "partial",
            Confinement::None => "none",
        }
        .to_owned(),
    }
}

/// TEST-NET-1 (RFC 5737): should the attempt get through, nobody is there.
const NOBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 443);

fn network() -> Vec<(&'static str, Result<(), Errno>)> {
    // Nothing waits: a connection that begins is one that was not refused.
    let open = |family, kind| socket_with(family, kind, SocketFlags::NONBLOCK, None);
    let inet = open(AddressFamily::INET, SocketType::STREAM);
    let mut attempts = vec![
        (
            "TCP over IPv4",
            inet.as_ref().map(drop).map_err(|error| *error),
        ),
        (
            "TCP over IPv6",
            open(AddressFamily::INET6, SocketType::STREAM).map(drop),
        ),
        (
            "UDP",
            open(AddressFamily::INET, SocketType::DGRAM).map(drop),
        ),
        (
            "netlink",
            open(AddressFamily::NETLINK, SocketType::DGRAM).map(drop),
        ),
    ];
    if let Ok(socket) = inet {
        attempts.push(("connecting to 192.0.2.1:443", connect(socket, &NOBODY)));
    }
    attempts
}

fn files(forbidden: &Forbidden) -> Vec<(&'static str, Result<(), Errno>)> {
    vec![
        (
            "the master key file",
            errno(File::open(&forbidden.master_key_file)),
        ),
        (
            "the server's secret",
            errno(File::open(&forbidden.server_secret)),
        ),
        (
            "the database's files",
            errno(fs::read_dir(&forbidden.cluster)),
        ),
    ]
}

fn errno<T>(result: io::Result<T>) -> Result<(), Errno> {
    result
        .map(drop)
        .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
}

/// Anything else, such as a file that is not there, proves nothing.
fn is_refusal(got: Result<(), Errno>) -> bool {
    matches!(got, Err(Errno::ACCESS | Errno::PERM))
}

fn tell(attempts: &[(&str, Result<(), Errno>)]) -> String {
    let told = attempts.iter().map(|(name, got)| match got {
        Ok(()) => format!("{name}: it worked"),
        Err(error) => format!("{name}: {}", io::Error::from(*error)),
    });
    told.collect::<Vec<_>>().join("; ")
}
