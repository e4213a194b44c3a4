use std::fs;
use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use db::cluster::{ClusterConfig, Detached, Durability, start_detached};

use crate::support::{BINARY, Server, command, folder, refusal, run, status};

const PASSWORD: &str = "migrators-own";

/// A database server of the operator's, on a port of this machine.
struct Operator {
    cluster: Option<Detached>,
    socket: PathBuf,
    port: u16,
}

impl Operator {
    fn start(folder: &Path) -> Self {
        let mut config = ClusterConfig::new(folder.join("operator"));
        config.durability = Durability::Volatile;
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let cluster = runtime.block_on(start_detached(&config)).unwrap();
        let socket = cluster.socket_directory();
        let port = on_a_port(socket.join(".s.PGSQL.5432"));
        Self {
            cluster: Some(cluster),
            socket,
            port,
        }
    }

    /// Runs SQL as the administrator.
    fn psql(&self, sql: &str) {
        let mut psql = Command::new("psql");
        psql.args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-h",
        ]);
        psql.arg(&self.socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut process = psql.spawn().unwrap();
        process
            .stdin
            .take()
            .unwrap()
            .write_all(sql.as_bytes())
            .unwrap();
        assert!(process.wait().unwrap().success(), "{sql}");
    }

    /// The configuration that names it.
    fn configuration(&self) -> String {
        let port = self.port;
        format!(
            "database_url = \"postgres://countersign_migrator:{PASSWORD}@127.0.0.1:{port}/countersign\""
        )
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let cluster = self.cluster.take().unwrap();
        let _ = runtime.block_on(cluster.stop(Duration::from_secs(10)));
    }
}

/// The embedded cluster of the tests opens no port: this stands in for one.
fn on_a_port(socket: PathBuf) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for near in listener.incoming() {
            let (near, far) = (near.unwrap(), UnixStream::connect(&socket).unwrap());
            let (near_again, far_again) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            thread::spawn(move || pump(near, far));
            thread::spawn(move || {
                let _ = io::copy(&mut &far_again, &mut &near_again);
                let _ = near_again.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    port
}

fn pump(near: TcpStream, far: UnixStream) {
    let _ = io::copy(&mut &near, &mut &far);
    let _ = far.shutdown(std::net::Shutdown::Both);
}

#[test]
fn a_server_runs_on_the_operators_database_and_its_front_still_reaches_no_network() {
    let folder = folder();
    let operator = Operator::start(folder.path());
    let data = folder.path().join("data");
    let roles = run(Command::new(BINARY)
        .args(["migrate", "--print-roles", "--data-dir"])
        .arg(&data));
    let sql = String::from_utf8(roles.stdout).unwrap();
    assert!(sql.contains("SCRAM-SHA-256$4096:"), "{sql}");
    operator.psql(&sql);
    operator.psql(&format!(
        "alter role countersign_migrator password '{PASSWORD}'"
    ));

    let configuration = operator.configuration();
    let server = Server::start_with(&data, command(&data, &configuration));
    assert!(server.health().unwrap().contains("204"));
    assert_eq!(server.probe()["network_refused"], true);
    assert_eq!(status(server.pid("front"), "Seccomp"), "2");
    assert!(!data.join("cluster").exists());
    // Ready means that the database answered through the relay.
    let instance = fs::read_to_string(data.join("run/instance.json")).unwrap();
    assert!(!instance.contains(PASSWORD) && !server.log().contains(PASSWORD));
    assert_eq!(server.stop(), Some(0));

    // A login that row level security does not hold for is refused, by name and reason.
    for (right, why) in [
        ("superuser", "is a superuser"),
        ("bypassrls", "has BYPASSRLS"),
        ("createrole", "may create roles"),
    ] {
        operator.psql(&format!("alter role countersign_migrator {right}"));
        let (code, said) = refusal(&mut command(&data, &configuration));
        assert_eq!(code, Some(3), "{said}");
        assert!(
            said.contains(&format!("the database login countersign_migrator {why}")),
            "{said}"
        );
        assert!(!said.contains(PASSWORD));
        operator.psql(&format!("alter role countersign_migrator no{right}"));
    }
    // So are the processes' own.
    operator.psql("alter role countersign_front bypassrls");
    let (_, said) = refusal(&mut command(&data, &configuration));
    assert!(said.contains("error: the front did not start"), "{said}");
    assert!(
        said.contains("the database login countersign_front has BYPASSRLS"),
        "{said}"
    );
    operator.psql("alter role countersign_front nobypassrls");
    // And a table that shows its rows to whoever has a grant.
    operator.psql("\\connect countersign\ncreate table public.open (x int)");
    let (_, said) = refusal(&mut command(&data, &configuration));
    assert!(
        said.contains("the table public.open has no forced row level security"),
        "{said}"
    );
}
