use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use db::cluster::{Cluster, ClusterConfig, Durability, StartError};
use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection};

use crate::seed;

/// Whether an attack that needs root can be made. The skip is written out.
pub(crate) fn is_root(attack: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("SKIPPED, needs root: {attack}");
    }
    root
}

/// A directory of one test, removed with it. In /tmp for a short socket path.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("/tmp/cs-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        chmod(&path, 0o755);
        Self(path)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Without fsync: the attacks kill processes, not the machine.
    pub(crate) fn config(&self) -> ClusterConfig {
        let mut config = ClusterConfig::new(self.data());
        config.durability = Durability::Volatile;
        config
    }

    pub(crate) async fn start(&self) -> Cluster {
        seed::seed(&self.data()).await;
        Cluster::start(self.config()).await.unwrap()
    }

    /// The error of a start that must fail.
    pub(crate) async fn refusal(&self) -> StartError {
        Cluster::start(self.config())
            .await
            .map(|cluster| cluster.pid())
            .unwrap_err()
    }

    /// A cluster that was made and stopped.
    pub(crate) async fn made(&self) {
        self.start().await.stop().await.unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs statements as the superuser.
pub(crate) async fn execute(cluster: &Cluster, sql: &'static str) {
    let mut connection = superuser(cluster).await;
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

pub(crate) async fn superuser(cluster: &Cluster) -> PgConnection {
    cluster.superuser_options().connect().await.unwrap()
}

pub(crate) async fn text(cluster: &Cluster, sql: &'static str) -> String {
    let mut connection = superuser(cluster).await;
    sqlx::query_scalar(sql)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

pub(crate) fn kill(pid: u32, signal: &str) {
    let status = Command::new("kill")
        .args([signal, &pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success(), "kill {signal} {pid}");
}

pub(crate) fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(") ").unwrap().1.starts_with(['Z', 'X']))
}

/// The process of a server that does `what`.
pub(crate) fn child_of(server: u32, what: &str) -> u32 {
    let children = format!("/proc/{server}/task/{server}/children");
    let children = std::fs::read_to_string(children).unwrap();
    let mut children = children.split_whitespace();
    let does_it = |pid: &&str| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
        line.is_ok_and(|line| line.contains(what))
    };
    children.find(does_it).unwrap().parse().unwrap()
}

/// A program as the user that owns the data.
pub(crate) fn as_owner(pgdata: &Path, program: &Path) -> Command {
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(pgdata).unwrap());
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", &owner.to_string(), "--clear-groups"])
        .arg(program);
    command
}

/// Polls until `condition` holds; fails the test after 20 s.
pub(crate) fn until(what: &str, condition: impl Fn() -> bool) {
    let since = Instant::now();
    while !condition() {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "waited too long until {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A process of its own that runs a cluster, to be killed.
pub(crate) struct Parent {
    child: Child,
    output: BufReader<ChildStdout>,
    pub(crate) postmaster: u32,
}

impl Parent {
    pub(crate) async fn start(data_dir: &Path) -> Self {
        seed::seed(data_dir).await;
        let mut child = Self::spawn(data_dir);
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let line = Self::line(&mut output, "ready ");
        let postmaster = line.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            child,
            output,
            postmaster,
        }
    }

    /// The process, before it has told anything.
    pub(crate) fn spawn(data_dir: &Path) -> Child {
        let own = std::env::current_exe().unwrap();
        let example = own
            .parent()
            .unwrap()
            .parent()
            .unwrap()
            .join("examples/cluster_parent");
        Command::new(&example)
            .arg(data_dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{}: {error}; `cargo build -p db --examples` makes it",
                    example.display()
                )
            })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends its input, on which it stops its cluster; what it still said.
    pub(crate) fn finish(mut self) -> String {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap();
        rest
    }

    fn line(output: &mut impl BufRead, start: &str) -> String {
        let mut seen = String::new();
        for line in output.lines() {
            let line = line.unwrap();
            if line.starts_with(start) {
                return line;
            }
            seen.push_str(&line);
            seen.push('\n');
        }
        panic!("no line starts with {start:?}:\n{seen}");
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// psql as another operating system user.
pub(crate) fn psql_as(user: &str, cluster: &Cluster, role: &str, password: &str) -> Output {
    Command::new("setpriv")
        .args([
            "--reuid",
            user,
            "--regid",
            "nogroup",
            "--clear-groups",
            "--",
        ])
        .arg(cluster.binaries().join("psql"))
        .args([
            "-X",
            "-w",
            "-d",
            "postgres",
            "-At",
            "-c",
            "select current_user",
            "-U",
            role,
            "-h",
        ])
        .arg(cluster.socket_directory())
        .env("PGPASSWORD", password)
        .current_dir("/")
        .output()
        .unwrap()
}
