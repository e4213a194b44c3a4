use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_countersign");
/// Much longer than anything here takes: these tests wait for events, not for times.
const LIMIT: Duration = Duration::from_mins(3);

/// A folder that other users may pass through, as a data directory's parent has to be.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("cs-")
        .tempdir_in("/tmp")
        .unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// `countersign up` on a data directory. Killed when dropped.
pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) ready: Value,
    pub(crate) data_dir: PathBuf,
}

/// The command of a server: no rounds of controls, no file of this machine, any free port.
pub(crate) fn command(data_dir: &Path, configuration: &str) -> Command {
    fs::create_dir_all(data_dir.parent().unwrap()).unwrap();
    let file = data_dir.with_extension("toml");
    fs::write(&file, format!("verify_every_seconds = 0\n{configuration}")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut command = Command::new(BINARY);
    command
        .args(["up", "--json", "--listen", "127.0.0.1:0", "--config"])
        .arg(file);
    command.arg("--data-dir").arg(data_dir).stdin(Stdio::null());
    command
}

impl Server {
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, command(data_dir, ""))
    }

    /// Starts a command that [`command`] made.
    pub(crate) fn start_with(data_dir: &Path, mut command: Command) -> Self {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(data_dir.with_extension("log"));
        command.stdout(Stdio::piped()).stderr(log.unwrap());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let log = fs::read_to_string(data_dir.with_extension("log")).unwrap();
        let ready =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("it did not start: {log}"));
        Self {
            process,
            ready,
            data_dir: data_dir.to_owned(),
        }
    }

    /// What it wrote to stderr so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.data_dir.with_extension("log")).unwrap()
    }

    /// The process numbers as they are now: those of children that were replaced change.
    pub(crate) fn pid(&self, name: &str) -> u32 {
        let text = fs::read(self.data_dir.join("run/instance.json")).unwrap();
        let instance: Value = serde_json::from_slice(&text).unwrap();
        u32::try_from(instance["pids"][name].as_u64().unwrap()).unwrap()
    }

    /// What the front says about itself.
    pub(crate) fn probe(&self) -> Value {
        let mut stream = UnixStream::connect(self.data_dir.join("run/front.sock")).unwrap();
        stream.write_all(b"GET /probe HTTP/1.0\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// The address that it listens on.
    pub(crate) fn address(&self) -> String {
        let url = self.ready["local_url"].as_str().unwrap();
        url.split_once("://")
            .unwrap()
            .1
            .trim_end_matches('/')
            .to_owned()
    }

    /// The status and the body of an answer; `head` ends before its `Host`.
    pub(crate) fn ask(&self, head: &str, body: &str) -> (u16, String) {
        let (address, length) = (self.address(), body.len());
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let request = format!(
            "{head}\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// The status line of its health, or what went wrong.
    pub(crate) fn health(&self) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(self.address())?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n")?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        Ok(line)
    }

    /// Asks it to stop, and returns its exit status.
    pub(crate) fn stop(mut self) -> Option<i32> {
        signal(self.process.id(), "TERM");
        self.process.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a command that is expected to end by itself.
pub(crate) fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// What a command that must fail says, and its exit status.
pub(crate) fn refusal(command: &mut Command) -> (Option<i32>, String) {
    let output = run(command);
    assert!(
        output.stdout.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

pub(crate) fn signal(pid: u32, name: &str) {
    let name = format!("-{name}");
    assert!(
        Command::new("kill")
            .arg(name)
            .arg(pid.to_string())
            .status()
            .unwrap()
            .success()
    );
}

/// Whether the process runs; one that ended and that nobody has asked about does not.
pub(crate) fn runs(pid: u32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    !matches!(
        stat.rsplit_once(") ").map(|(_, rest)| rest.as_bytes()[0]),
        Some(b'Z' | b'X')
    )
}

/// A line of `/proc/PID/status`.
pub(crate) fn status(pid: u32, name: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap();
    line.trim_start_matches(':').trim().to_owned()
}

/// Waits for something to become true.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < LIMIT, "not within three minutes: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
