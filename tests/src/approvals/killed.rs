//! The same with the processes as they are shipped: the broker is killed, the supervisor starts
//! another one.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use demo::{Person, unused_address};
use reqwest::{Method, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};
use testkit::provider::{Mood, Provider};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::posted;
use crate::eventually::within;
use crate::world::{PASSWORD, connect, decide, host_of, propose, settled, start_tracker};

#[tokio::test]
async fn a_broker_process_that_is_killed_while_sending_sends_nothing_twice() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let tracker = start_tracker(&format!("http://127.0.0.1:{port}/connectors/callback")).await;
    let provider = Provider::start(tracker.base_url()).await;
    let folder = tempfile::Builder::new()
        .prefix("cs-")
        .tempdir_in("/tmp")
        .unwrap();
    // The cluster and the broker run as users of their own, who have to get there.
    let passable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), passable).unwrap();
    let data = folder.path().join("data");
    let (mut server, ready) = start(&data, port, &host_of(provider.url())).await;
    let url = ready["url"].as_str().unwrap().trim_end_matches('/');
    let email = unused_address();
    let owner = Person::sign_up(url, &email, PASSWORD).await.unwrap();
    owner.confirm_address(&email).await.unwrap();
    let writing = connect(&owner, provider.url(), "write").await;
    let (id, hash) = propose(&owner, &writing, "Killed in the middle").await;
    provider.be(Mood::Slow(Duration::from_mins(1)));
    assert_eq!(decide(&owner, &id, "approve", &hash).await, StatusCode::OK);
    posted(&provider).await;
    let broker = i32::try_from(ready["pids"]["broker"].as_i64().unwrap()).unwrap();
    kill_process(Pid::from_raw(broker).unwrap(), Signal::KILL).unwrap();
    provider.be(Mood::Honest);
    if is_root() {
        // Nobody else is let in as the superuser. Without this the lease takes minutes to end.
        age(&data).await;
    }
    let lease = Duration::from_secs(if is_root() { 60 } else { 200 });
    let ended = within(lease, "its lease ends", async || {
        let seen = owner.get(&format!("/api/v1/approvals/{id}")).await.unwrap();
        (seen["state"] != "executing").then_some(seen)
    });
    let ended = ended.await;
    assert_eq!(ended["state"], "unknown_outcome", "{ended}");
    assert_eq!(ended["outcome"]["code"], "broker.interrupted");
    assert_eq!(provider.seen(&Method::POST).len(), 1);
    // The next one does its work.
    let (next, hash) = propose(&owner, &writing, "After it").await;
    assert_eq!(
        decide(&owner, &next, "approve", &hash).await,
        StatusCode::OK
    );
    assert_eq!(settled(&owner, &next).await["state"], "executed");
    let pid = i32::try_from(server.id().unwrap()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
    assert!(server.wait().await.unwrap().success());
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

/// Starts the built server, and waits until it serves.
async fn start(data: &Path, port: u16, private: &str) -> (Child, Value) {
    let configuration = data.with_extension("toml");
    std::fs::write(
        &configuration,
        "verify_every_seconds = 0\ndevelopment_mailbox = true\n",
    )
    .unwrap();
    let mut command = Command::new(binary());
    command
        .args(["up", "--json", "--stop-with-parent", "--log-level", "error"])
        .arg("--config")
        .arg(configuration)
        .arg("--data-dir")
        .arg(data)
        .arg("--listen")
        .arg(format!("127.0.0.1:{port}"))
        .arg("--allow-private")
        .arg(private)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.next_line().await.unwrap();
    let ready = ready.unwrap_or_else(|| panic!("it did not start"));
    (child, serde_json::from_str(&ready).unwrap())
}

/// The server's binary, beside this one's folder.
fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let built = own.parent().unwrap().with_file_name("countersign");
    assert!(built.exists(), "build the server first: ./dev test does");
    built
}

/// Ten minutes pass for what is under way.
async fn age(data: &Path) {
    let options = PgConnectOptions::new()
        .socket(data.join("cluster/run"))
        .username("postgres")
        .database("countersign");
    let mut fate = PgConnection::connect_with(&options).await.unwrap();
    for statement in [
        "alter table approvals.proposals disable trigger proposals_transition",
        "update approvals.proposals set state_changed_at = now() - interval '10 minutes'",
        "alter table approvals.proposals enable trigger proposals_transition",
        "update jobs.jobs set lease_until = now() - interval '1 minute' where state = 'running'",
    ] {
        fate.execute(statement).await.unwrap();
    }
}
