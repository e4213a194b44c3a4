//! A PostgreSQL server that somebody else runs.

use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use db::cluster::{ClusterConfig, Detached, Durability, start_detached};

/// A database server of the operator's, on a port of this machine.
pub(crate) struct Operator {
    cluster: Option<Detached>,
    socket: PathBuf,
    pub(crate) port: u16,
}

impl Operator {
    pub(crate) fn start(folder: &Path) -> Self {
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
    pub(crate) fn psql(&self, sql: &str) {
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
