use std::fs;
use std::process::Command;

use crate::operator::Operator;
use crate::support::{BINARY, Server, command, folder, refusal, run, status};

const PASSWORD: &str = "migrators-own";

/// The configuration that names it.
fn configuration(operator: &Operator) -> String {
    let port = operator.port;
    format!(
        "database_url = \"postgres://countersign_migrator:{PASSWORD}@127.0.0.1:{port}/countersign\""
    )
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

    let configuration = configuration(&operator);
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
