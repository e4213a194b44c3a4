use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Server, command, eventually, folder, runs, signal};

const ALL: [&str; 4] = ["supervisor", "front", "broker", "database"];

#[test]
fn a_killed_supervisor_takes_everything_down_and_a_second_start_comes_back() {
    let folder = folder();
    let data = folder.path().join("data");
    let mut server = Server::start(&data);
    let pids = ALL.map(|name| server.pid(name));
    let address = server.address();
    signal(server.pid("supervisor"), "KILL");
    server.process.wait().unwrap();

    // At once, on the same port, while the killed one's database is still on its way down.
    let mut again = command(&data, "");
    again.args(["--listen", &address]);
    // A flag may be said once.
    let arguments: Vec<_> = again.get_args().map(std::ffi::OsStr::to_owned).collect();
    let mut again = Command::new(crate::support::BINARY);
    let first = arguments
        .iter()
        .position(|argument| argument == "--listen")
        .unwrap();
    again.args(
        arguments
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != first && *at != first + 1)
            .map(|(_, a)| a),
    );
    again.stdin(Stdio::null());
    let second = Server::start_with(&data, again);
    for pid in pids {
        assert!(!runs(pid), "process {pid} of the killed server runs on");
    }
    assert_eq!(second.ready["new"], false);
    assert!(second.health().unwrap().contains("204"));
}

#[test]
fn a_killed_broker_is_replaced_and_the_front_serves_on() {
    let folder = folder();
    let server = Server::start(&folder.path().join("data"));
    let (broker, front) = (server.pid("broker"), server.pid("front"));
    signal(broker, "KILL");
    assert!(server.health().unwrap().contains("204"));
    eventually("a new broker", || {
        server.pid("broker") != broker && runs(server.pid("broker"))
    });
    assert_eq!(server.pid("front"), front);
    assert!(server.log().contains("server.child_ended child=broker"));
    assert!(server.log().contains("server.child_replaced child=broker"));
}

#[test]
fn a_killed_front_is_replaced_and_callers_only_wait() {
    let folder = folder();
    let server = Server::start(&folder.path().join("data"));
    let front = server.pid("front");
    signal(front, "KILL");
    eventually("the front's end", || !runs(front));
    // The door stays open: whoever knocks now is let in by the new front.
    assert!(server.health().unwrap().contains("204"));
    eventually("its number", || server.pid("front") != front);
    assert_eq!(server.probe()["network_refused"], true);
}

#[test]
fn a_stop_ends_everything_in_order_within_seconds() {
    for name in ["TERM", "INT", "HUP"] {
        let folder = folder();
        let data = folder.path().join("data");
        let mut server = Server::start(&data);
        let pids = ALL.map(|name| server.pid(name));
        let since = Instant::now();
        signal(server.pid("supervisor"), name);
        assert_eq!(server.process.wait().unwrap().code(), Some(0), "{name}");
        assert!(since.elapsed() < Duration::from_secs(10));
        for pid in pids {
            assert!(!runs(pid), "process {pid} runs on after {name}");
        }
        assert!(!data.join("run/instance.json").exists());
        assert!(
            server.log().contains("db.stopped how=Fast"),
            "{}",
            server.log()
        );
        let log = server.log();
        let is_loud = |line: &&str| line.contains("WARN") || line.contains("ERROR");
        // A machine with swap may not let the broker lock its memory.
        let mut loud = log
            .lines()
            .filter(is_loud)
            .filter(|line| !line.contains("server.memory_not_locked"));
        assert_eq!(loud.next(), None, "{log}");
    }
}

/// Killed in whatever way, whoever started it takes it along.
#[test]
fn a_server_that_was_asked_to_stops_with_its_parent() {
    let folder = folder();
    let data = folder.path().join("data");
    let up = command(&data, "");
    let mut parent = Command::new("sh");
    // More than one command, so that the shell stays.
    parent.args(["-c", "\"$@\"; true", "sh", crate::support::BINARY]);
    parent.args(up.get_args()).arg("--stop-with-parent");
    let mut server = Server::start_with(&data, parent);
    let pids = ALL.map(|name| server.pid(name));
    assert_ne!(server.process.id(), pids[0]);
    signal(server.process.id(), "KILL");
    server.process.wait().unwrap();
    for pid in pids {
        eventually("its end", || !runs(pid));
    }
    assert!(
        server.log().contains("db.stopped how=Fast"),
        "{}",
        server.log()
    );
}

#[test]
fn a_stop_in_the_middle_of_a_start_leaves_nothing_behind() {
    let folder = folder();
    let data = folder.path().join("data");
    let mut process = command(&data, "")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("its lock", || data.join("lock").exists());
    std::thread::sleep(Duration::from_millis(300));
    signal(process.id(), "TERM");
    process.wait().unwrap();
    let server = Server::start(&data);
    assert_eq!(server.stop(), Some(0));
}
