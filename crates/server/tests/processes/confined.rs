use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use crate::support::{BINARY, Server, command, folder, is_root, status};

#[test]
fn the_front_can_neither_reach_the_network_nor_open_a_key() {
    let folder = folder();
    let server = Server::start(&folder.path().join("data"));
    let probe = server.probe();
    assert_eq!(probe["network_refused"], true, "{probe}");
    assert_eq!(probe["key_file_refused"], true, "{probe}");
    assert_eq!(probe["program_refused"], true, "{probe}");
    // On a kernel without Landlock this says `none`, and the page of trust says so too.
    assert_eq!(probe["confinement"], "full", "{probe}");
    assert!(server.health().unwrap().contains("204"));
}

#[test]
fn the_processes_are_closed_to_debuggers_and_get_no_rights_back() {
    let folder = folder();
    let server = Server::start(&folder.path().join("data"));
    for name in ["supervisor", "front", "broker"] {
        let pid = server.pid(name);
        assert_eq!(status(pid, "NoNewPrivs"), "1", "{name}");
        let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
        let core = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"));
        assert!(
            core.is_none_or(|line| line.split_whitespace().nth(4) == Some("0")),
            "{name}"
        );
    }
    // What belongs to root there, though the process does not, is closed to its own user as well.
    let front = server.pid("front");
    assert_eq!(
        fs::metadata(format!("/proc/{front}/environ"))
            .unwrap()
            .uid(),
        0
    );
    let broker = server.pid("broker");
    for pid in [front, broker] {
        assert_eq!(status(pid, "Seccomp"), "2");
    }
    // Where the limit cannot be raised, a process may lock a few megabytes alone; the log says so.
    let is_locked = status(broker, "VmLck") != "0 kB";
    assert_ne!(is_locked, server.log().contains("server.memory_not_locked"));
}

#[test]
fn each_process_has_a_user_of_its_own_where_root_starts_it() {
    if !is_root() {
        return;
    }
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let user = |name| -> u32 {
        let pid = server.pid(name);
        let line = status(pid, "Uid");
        let ids: Vec<u32> = line
            .split_whitespace()
            .map(|id| id.parse().unwrap())
            .collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{name}: {line}");
        assert_eq!(status(pid, "Groups"), "", "{name}");
        assert_eq!(status(pid, "CapEff"), "0000000000000000", "{name}");
        ids[0]
    };
    let (front, broker, database) = (user("front"), user("broker"), user("database"));
    assert!(front != broker && broker != database && front != database);
    assert!(front != 0 && broker != 0 && database != 0);

    let owner = |path: &str| {
        let found = fs::metadata(data.join(path)).unwrap();
        (found.uid(), found.permissions().mode() & 0o777)
    };
    assert_eq!(owner("broker"), (broker, 0o700));
    assert_eq!(owner("broker/master.key"), (broker, 0o600));
    assert_eq!(owner("run/broker.sock"), (front, 0o600));
    assert_eq!(owner("run/front.sock"), (0, 0o600));
    assert_eq!(owner("run/instance.json"), (0, 0o600));
    assert_eq!(owner("server.secret"), (0, 0o600));
}

#[test]
fn nothing_secret_is_in_arguments_or_environments() {
    let folder = folder();
    let server = Server::start(&folder.path().join("data"));
    for name in ["front", "broker"] {
        let pid = server.pid(name);
        let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        assert_eq!(arguments, format!("countersign\0{name}\0").as_bytes());
        if is_root() {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap();
            let environment = String::from_utf8(environment).unwrap();
            assert!(
                environment
                    .split_terminator('\0')
                    .all(|word| word.starts_with("MALLOC_"))
            );
        }
    }
    let secret = fs::read_to_string(folder.path().join("data/server.secret")).unwrap();
    assert!(!server.log().contains(secret.trim()));
}

#[test]
fn it_starts_from_a_folder_that_root_alone_enters() {
    if !is_root() {
        return;
    }
    let folder = folder();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let binary = closed.join("countersign");
    if fs::hard_link(BINARY, &binary).is_err() {
        fs::copy(BINARY, &binary).unwrap();
    }
    let data = folder.path().join("data");
    let ordinary = command(&data, "");
    let mut command = std::process::Command::new(&binary);
    command
        .args(ordinary.get_args())
        .stdin(std::process::Stdio::null());
    let server = Server::start_with(&data, command);
    assert!(server.health().unwrap().contains("204"));
}
