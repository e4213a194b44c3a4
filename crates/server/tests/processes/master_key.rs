use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::{Server, command, folder, refusal};

/// A data directory whose database holds something sealed.
fn used(data: &Path) {
    assert_eq!(Server::start(data).stop(), Some(0));
}

fn refused(data: &Path) -> String {
    let (code, said) = refusal(&mut command(data, ""));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error: the broker did not start"), "{said}");
    said
}

#[test]
fn a_missing_master_key_refuses_to_start_and_is_not_made_anew() {
    let folder = folder();
    let data = folder.path().join("data");
    used(&data);
    let key = data.join("broker/master.key");
    let saved = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let said = refused(&data);
    assert!(
        said.contains("is missing, and the database holds secrets"),
        "{said}"
    );
    assert!(said.contains("Put the file back from your copy"), "{said}");
    assert!(!key.exists());

    fs::write(&key, saved).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    // Root put it back as root's: the start gives it to the broker.
    assert_eq!(Server::start(&data).stop(), Some(0));
}

#[test]
fn a_wrong_or_open_master_key_refuses_to_start() {
    let folder = folder();
    let data = folder.path().join("data");
    used(&data);
    let key = data.join("broker/master.key");
    let right = fs::read_to_string(&key).unwrap();

    fs::write(&key, "00".repeat(32)).unwrap();
    let said = refused(&data);
    assert!(
        said.contains("Put the right key file in its place"),
        "{said}"
    );
    fs::write(&key, "no key").unwrap();
    let said = refused(&data);
    assert!(
        said.contains("does not hold 64 hexadecimal digits"),
        "{said}"
    );

    fs::write(&key, right).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let said = refused(&data);
    assert!(said.contains("can be read by others (mode 640)"), "{said}");
}

#[test]
fn a_broker_without_its_key_is_not_replaced_by_one_without_secrets() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    fs::remove_file(data.join("broker/master.key")).unwrap();
    crate::support::signal(server.pid("broker"), "KILL");
    crate::support::eventually("a failed replacement", || {
        server.log().contains("server.child_not_replaced")
    });
    assert!(
        server
            .log()
            .contains("is missing, and the database holds secrets"),
        "{}",
        server.log()
    );
    assert!(server.health().unwrap().contains("204"));
}
