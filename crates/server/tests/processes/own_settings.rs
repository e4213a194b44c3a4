use std::process::Command;

use crate::support::{Server, folder, is_root, run};

fn psql(server: &Server, statement: &str) -> String {
    let socket = server.data_dir.join("cluster/run");
    let mut psql = Command::new("psql");
    psql.args(["-XAt", "-U", "postgres", "-d", "countersign", "-c"])
        .arg(statement)
        .arg("-h")
        .arg(socket);
    let told = run(&mut psql);
    assert!(told.status.success(), "{told:?}");
    String::from_utf8_lossy(&told.stdout).trim().to_owned()
}

/// Whoever has a login's password can give it defaults, which outlive the password.
#[test]
fn settings_that_a_login_was_given_are_gone_after_a_start() {
    if !is_root() {
        // The superuser's connection is root's alone, once the server runs.
        return;
    }
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    for statement in [
        "alter role countersign_front set default_transaction_read_only = on",
        "alter role countersign_broker in database countersign set row_security = off",
    ] {
        psql(&server, statement);
    }
    assert_eq!(server.stop(), Some(0));
    let server = Server::start(&data);
    let settings = "select distinct setconfig from pg_db_role_setting";
    assert_eq!(psql(&server, settings), "{track_activities=off}");
    assert!(server.health().is_ok());
    assert_eq!(server.stop(), Some(0));
}
