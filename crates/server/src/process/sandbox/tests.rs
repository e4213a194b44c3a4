use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SendFlags, SocketType, connect, connect_unspec, sendto, socket};

use super::*;

/// Runs an attack on a thread that is confined as the front is. The test's own thread is not.
fn as_front<T: Send + 'static>(attack: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::spawn(|| {
        assert_eq!(
            confine_front().unwrap(),
            Confinement::Full,
            "these tests need Landlock"
        );
        forbid_network().unwrap();
        attack()
    })
    .join()
    .unwrap()
}

#[test]
fn the_front_cannot_open_a_socket_of_any_family_but_unix() {
    as_front(|| {
        for family in 0..46_u16 {
            let family = AddressFamily::from_raw(family);
            for kind in [SocketType::STREAM, SocketType::DGRAM, SocketType::RAW] {
                let opened = socket(family, kind, None);
                if family == AddressFamily::UNIX {
                    assert!(opened.is_ok());
                } else {
                    assert_eq!(opened.unwrap_err(), Errno::ACCESS, "{family:?}");
                }
            }
        }
        assert!(TcpListener::bind("127.0.0.1:0").is_err());
    });
}

#[test]
fn the_front_cannot_turn_an_accepted_connection_around() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = elsewhere.local_addr().unwrap();
    let own = TcpListener::bind("127.0.0.1:0").unwrap();
    let _client = TcpStream::connect(own.local_addr().unwrap()).unwrap();
    let (accepted, _) = own.accept().unwrap();

    // Without Landlock this works: dissolve the connection, and connect the socket elsewhere.
    let unconfined = own.try_clone().unwrap();
    let _second = TcpStream::connect(own.local_addr().unwrap()).unwrap();
    let (free, _) = unconfined.accept().unwrap();
    connect_unspec(&free).unwrap();
    assert_eq!(connect(&free, &target), Ok(()));

    as_front(move || {
        connect_unspec(&accepted).unwrap();
        assert_eq!(connect(&accepted, &target), Err(Errno::ACCESS));
        // Sending with MSG_FASTOPEN connects without connect(2).
        let fast_open = SendFlags::from_bits_retain(libc::MSG_FASTOPEN.unsigned_abs());
        assert_eq!(
            sendto(&accepted, b"x", fast_open, &target),
            Err(Errno::ACCESS)
        );
    });
}

#[test]
fn the_front_opens_no_file_and_runs_no_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    as_front(move || {
        assert!(std::fs::read(&file).is_err());
        assert!(std::fs::write(&file, "y").is_err());
        assert!(std::fs::read_dir("/").is_err());
        assert!(std::fs::read("/etc/passwd").is_err());
        assert!(std::process::Command::new("/bin/true").status().is_err());
    });
}

#[test]
fn the_front_cannot_signal_others() {
    let mut other = std::process::Command::new("/bin/sleep")
        .arg("60")
        .spawn()
        .unwrap();
    let pid = rustix::process::Pid::from_child(&other);
    as_front(move || {
        let signalled = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        assert_eq!(signalled, Err(Errno::PERM));
    });
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn the_front_still_talks_over_unix_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    as_front(move || UnixStream::connect(path).unwrap());
    let mut text = String::new();
    listener
        .accept()
        .unwrap()
        .0
        .read_to_string(&mut text)
        .unwrap();
}

#[test]
fn the_broker_writes_to_its_folder_alone_and_runs_no_program() {
    let folder = tempfile::tempdir().unwrap();
    let [own, files, other] = ["own", "files", "other"].map(|name| folder.path().join(name));
    std::fs::create_dir(&own).unwrap();
    std::fs::create_dir(&files).unwrap();
    std::thread::spawn(move || {
        assert_eq!(confine_broker(&[&own, &files]).unwrap(), Confinement::Full);
        std::fs::write(own.join("key"), "x").unwrap();
        std::fs::write(files.join("file"), "x").unwrap();
        assert!(std::fs::write(&other, "x").is_err());
        assert!(std::fs::read("/etc/passwd").is_ok());
        assert!(std::process::Command::new("/bin/true").status().is_err());
    })
    .join()
    .unwrap();
}

#[test]
fn the_broker_opens_sockets_of_ip_and_files_alone_and_runs_no_program_without_landlock_either() {
    std::thread::spawn(|| {
        forbid_programs().unwrap();
        for family in 0..46_u16 {
            let family = AddressFamily::from_raw(family);
            for kind in [SocketType::STREAM, SocketType::DGRAM] {
                let opened = socket(family, kind, None);
                match family {
                    AddressFamily::UNIX | AddressFamily::INET | AddressFamily::INET6 => {
                        assert!(opened.is_ok(), "{family:?}");
                    }
                    _ => assert_eq!(opened.unwrap_err(), Errno::ACCESS, "{family:?}"),
                }
            }
        }
        assert!(std::process::Command::new("/bin/true").status().is_err());
    })
    .join()
    .unwrap();
}
