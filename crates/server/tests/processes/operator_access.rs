use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{BINARY, Server, folder, refusal, run};

const ORGANISATION: &str = "Example Service Desk";

fn operator(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.arg("operator").args(arguments);
    command.arg("--data-dir").arg(data);
    command
}

fn text(output: &Output) -> &str {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::str::from_utf8(&output.stdout).unwrap()
}

fn people(server: &Server, token: &str) -> (u16, String) {
    let head = format!("GET /api/v1/people HTTP/1.1\r\nAuthorization: Bearer {token}");
    server.ask(&head, "")
}

fn listed(data: &Path) -> Vec<Value> {
    let output = run(&mut operator(data, &["list", "--json"]));
    serde_json::from_str(text(&output)).unwrap()
}

#[test]
fn an_operator_opens_an_organisation_looks_and_closes_it() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let form = json!({
        "email": "ada@demo.example", "name": "Ada", "organisation": ORGANISATION,
        "password": "correct horse battery staple 7",
    });
    let (status, said) = server.ask(
        "POST /api/v1/sign-up HTTP/1.1\r\nContent-Type: application/json",
        &form.to_string(),
    );
    assert!([201, 202].contains(&status), "{status}: {said}");
    let open = |organisation: &str, reason: &str, time: &str| {
        let arguments = [
            "open",
            "--organisation",
            organisation,
            "--reason",
            reason,
            "--for",
            time,
            "--as",
            "Example Operator",
            "--json",
        ];
        operator(&data, &arguments)
    };
    for (organisation, reason, time, code) in [
        ("Nobody's", "Ticket 4711: scan does not end", "1h", 1),
        (ORGANISATION, "because", "1h", 2),
        (ORGANISATION, "Ticket 4711: scan does not end", "9h", 2),
        (ORGANISATION, "Ticket 4711: scan does not end", "soon", 2),
    ] {
        let (got, said) = refusal(&mut open(organisation, reason, time));
        assert_eq!(got, Some(code), "{said}");
    }
    assert_eq!(listed(&data), Vec::<Value>::new());

    let reason = "Ticket 4711: scan does not end";
    let opened = run(&mut open(ORGANISATION, reason, "30m"));
    let opened: Value = serde_json::from_str(text(&opened)).unwrap();
    let (id, token) = (opened["id"].as_str().unwrap(), &opened["token"]);
    let token = token.as_str().unwrap();
    let (status, said) = people(&server, token);
    assert_eq!(status, 200, "{said}");
    assert!(said.contains("ada@demo.example"), "{said}");
    let [row] = &listed(&data)[..] else {
        panic!("one access is listed");
    };
    assert_eq!(
        (
            &row["id"],
            &row["organisation"],
            &row["operator"],
            &row["reason"]
        ),
        (
            &json!(id),
            &json!(ORGANISATION),
            &json!("Example Operator"),
            &json!(reason)
        )
    );
    assert!(row["ended_at"].is_null(), "{row}");
    let shown = run(&mut operator(&data, &["list"]));
    let shown = text(&shown);
    assert!(shown.contains(reason) && !shown.contains(token), "{shown}");

    let closed = run(&mut operator(&data, &["close", id]));
    assert_eq!(text(&closed), "closed\n");
    assert_eq!(people(&server, token).0, 401);
    assert!(!listed(&data)[0]["ended_at"].is_null());
    let (code, said) = refusal(&mut operator(&data, &["close", id]));
    assert_eq!(code, Some(1), "{said}");
    // The log of the processes has neither the token nor what it opened.
    let log = server.log();
    assert!(!log.contains(token), "{log}");
    assert_eq!(server.stop(), Some(0));
    let (code, said) = refusal(&mut operator(&data, &["list"]));
    assert_eq!(code, Some(3), "{said}");
}
