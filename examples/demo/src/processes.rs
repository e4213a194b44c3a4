use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use demo::{Problem, Step, TrackerOwner};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::settings::Settings;

/// The server under test.
pub(crate) struct Countersign {
    child: Child,
    pub(crate) url: String,
}

/// The example tracker.
pub(crate) struct Tracker {
    child: Child,
    pub(crate) url: String,
}

/// A first start makes a database.
const START_LIMIT: Duration = Duration::from_mins(1);

impl Countersign {
    pub(crate) async fn start(settings: &Settings) -> Result<(Self, Step), Problem> {
        let begun = Instant::now();
        let mut command = Command::new(settings.binaries.join("countersign"));
        let configuration = settings.data_dir.join("demo.toml");
        std::fs::write(&configuration, "development_mailbox = true\n").map_err(|error| {
            Problem::Io(
                format!("{} cannot be written", configuration.display()),
                error,
            )
        })?;
        command
            .arg("up")
            .arg("--config")
            .arg(&configuration)
            .arg("--json")
            .arg("--stop-with-parent")
            // The steps are what is to be read here; whatever goes wrong is told all the same.
            .arg("--log-level")
            .arg("warn")
            .arg("--data-dir")
            .arg(&settings.data_dir)
            .arg("--listen")
            .arg(format!("127.0.0.1:{}", settings.port))
            .arg("--allow-private")
            .arg(format!("127.0.0.1:{}", settings.tracker_port));
        let (child, ready) = started("countersign", command).await?;
        let url = ready["url"]
            .as_str()
            .unwrap_or_default()
            .trim_end_matches('/')
            .to_owned();
        let detail = format!(
            "{url}, on an embedded PostgreSQL of its own, ready in {} ms",
            ready["ms"]
        );
        Ok((Self { child, url }, held("start", begun, detail)))
    }

    /// What `countersign verify --json` prints about the running server.
    pub(crate) async fn verify(&self, settings: &Settings) -> Result<Value, Problem> {
        let output = Command::new(settings.binaries.join("countersign"))
            .arg("verify")
            .arg("--json")
            .arg("--record")
            .arg("--data-dir")
            .arg(&settings.data_dir)
            .stderr(Stdio::inherit())
            .output()
            .await
            .map_err(|error| Problem::Io("countersign verify does not start".to_owned(), error))?;
        serde_json::from_slice(&output.stdout)
            .map_err(|_| Problem::unexpected("countersign verify printed no JSON"))
    }

    pub(crate) async fn stop(self) {
        stop(self.child).await;
    }
}

impl Tracker {
    pub(crate) async fn start(
        settings: &Settings,
        owner: &TrackerOwner,
        server: &str,
    ) -> Result<(Self, Step), Problem> {
        let begun = Instant::now();
        let folder = settings.data_dir.join("tracker");
        std::fs::create_dir_all(&folder)
            .map_err(|error| Problem::Io(format!("{} cannot be made", folder.display()), error))?;
        let (secret, password) = (folder.join("client-secret"), folder.join("password"));
        write(&secret, &owner.client_secret)?;
        write(&password, &owner.password)?;
        let mut command = Command::new(settings.binaries.join("tracker"));
        command
            .args([
                "--memory",
                "--seed",
                "simulated",
                "--client-id",
                &owner.client_id,
            ])
            .arg("--client-secret-file")
            .arg(&secret)
            .args(["--owner-login", &owner.login])
            .arg("--owner-password-file")
            .arg(&password)
            .arg("--redirect-uri")
            .arg(format!("{server}/connectors/callback"))
            .arg("--listen")
            .arg(format!("127.0.0.1:{}", settings.tracker_port));
        let (child, ready) = started("tracker", command).await?;
        let url = ready["listening"].as_str().unwrap_or_default().to_owned();
        let detail = format!("{url}, an example program with a simulated history");
        Ok((Self { child, url }, held("start_tracker", begun, detail)))
    }

    pub(crate) async fn stop(self) {
        stop(self.child).await;
    }
}

fn held(name: &'static str, begun: Instant, detail: String) -> Step {
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    Step {
        name,
        ok: true,
        ms,
        detail,
    }
}

/// Starts a program and reads the line of JSON that it prints when it is ready.
async fn started(name: &'static str, mut command: Command) -> Result<(Child, Value), Problem> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        // Ctrl-C at a terminal reaches the whole foreground group: the demo alone hears it, and stops
        // each program once.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Problem::Io(format!("{name} does not start"), error))?;
    let stdout = child
        .stdout
        .take()
        .ok_or_else(|| Problem::unexpected("no output to read"))?;
    let mut lines = BufReader::new(stdout).lines();
    let line = tokio::time::timeout(START_LIMIT, lines.next_line())
        .await
        .map_err(|_| Problem::unexpected(format!("{name} was not ready within a minute")))?
        .map_err(|error| Problem::Io(format!("{name} cannot be read"), error))?
        .ok_or_else(|| {
            Problem::unexpected(format!(
                "{name} ended without being ready; it says why above"
            ))
        })?;
    // What it prints later is read and dropped, so that it never waits for a reader.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let ready = serde_json::from_str(&line)
        .map_err(|_| Problem::unexpected(format!("{name} printed {line:?} in place of JSON")))?;
    Ok((child, ready))
}

fn write(file: &Path, text: &str) -> Result<(), Problem> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Problem::Io(format!("{} cannot be written", file.display()), error))
}

/// Asks a program to stop, and waits for it.
async fn stop(mut child: Child) {
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok())
        && let Some(pid) = rustix::process::Pid::from_raw(pid)
    {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    if tokio::time::timeout(Duration::from_secs(20), child.wait())
        .await
        .is_err()
    {
        let _ = child.kill().await;
    }
}
