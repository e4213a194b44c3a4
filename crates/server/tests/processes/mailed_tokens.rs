use std::fs;
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use crate::support::{Server, command, folder};

const EMAIL: &str = "ada@demo.example";
const JSON: &str = "HTTP/1.1\r\nContent-Type: application/json";

fn post(server: &Server, path: &str, body: &serde_json::Value) -> u16 {
    let head = format!("POST {path} {JSON}");
    server.ask(&head, &body.to_string()).0
}

/// The token of the newest link that begins with `start`, as soon as its mail is in the development mailbox.
fn mailed(server: &Server, start: &str) -> String {
    for _ in 0..600 {
        let (_, page) = server.ask("GET /dev/mailbox HTTP/1.1", "");
        if let Some((_, rest)) = page.split_once(start) {
            return rest.split('"').next().unwrap().to_owned();
        }
        sleep(Duration::from_millis(50));
    }
    panic!("no mail with {start}");
}

/// However much is logged, the supervisor, the front and the broker write none of them down: whoever reads logs would
/// open accounts.
#[test]
fn no_process_logs_the_token_of_a_mailed_link() {
    let folder = folder();
    let data = folder.path().join("data");
    let configuration = "development_mailbox = true\n[log]\nlevel = \"trace\"\n";
    let server = Server::start_with(&data, command(&data, configuration));
    let form = json!({
        "email": EMAIL, "name": "Ada", "organisation": "Example", "password": "correct horse battery staple 7",
    });
    post(&server, "/api/v1/sign-up", &form);
    let verify = mailed(&server, "/verify-address?token=");
    post(
        &server,
        "/api/v1/password-resets",
        &json!({ "email": EMAIL }),
    );
    let reset = mailed(&server, "/reset-password?token=");
    // Each is looked at and used, once well and once in vain; and asked for where it does not belong.
    for (path, token) in [
        ("/verify-address", &verify),
        ("/reset-password", &reset),
        ("/change-address", &reset),
        ("/invitation", &reset),
        ("/nowhere", &reset),
        ("/api/v1/nowhere", &verify),
    ] {
        server.ask(&format!("GET {path}?token={token} HTTP/1.1"), "");
    }
    let used = json!({ "token": reset, "password": "another horse battery staple 7" });
    let path = "/api/v1/password-resets/use";
    assert_eq!(post(&server, path, &used), 204);
    assert_ne!(post(&server, path, &used), 204);
    let log = data.with_extension("log");
    assert_eq!(server.stop(), Some(0));
    let written = fs::read_to_string(log).unwrap();
    // What was asked for is in there, so that the tokens could be.
    assert!(written.contains("password-resets/use"), "{written}");
    for token in [verify, reset] {
        assert!(token.len() > 20, "{token}");
        let line = written.lines().find(|line| line.contains(&token));
        assert_eq!(line, None);
    }
}
