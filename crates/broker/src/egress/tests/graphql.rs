//! Apps that answer every request at one address, and say in the answer's body what went wrong.

use std::sync::Arc;

use manifest::{Manifest, Refusal, Undeclared};
use serde_json::{Value, json};

use super::approvals::approved;
use super::site::{Reply, Site};
use super::support::{Door, FakeDns, LINEAR, listing, plan, token};
use crate::egress::{Egress, EgressError, WriteVerdict};

const CANARY: &str = "CANARY-what-somebody-wrote";
const TEAM: &str = "9cfb482a-81e3-4154-b5b9-2c805e70a02d";

async fn linear(reply: Reply) -> (Site, Door) {
    let site = Site::always(reply).await;
    let address = format!("127.0.0.1:{}", site.port());
    let origin = format!("http://{address}").parse().unwrap();
    let mut policy = listing(&[&address]);
    policy.hosts = [("api.linear.app".parse().unwrap(), origin)]
        .into_iter()
        .collect();
    let egress = Egress::new(policy, Arc::<FakeDns>::default()).unwrap();
    let manifest = Manifest::parse(LINEAR).unwrap();
    let door = Door {
        egress,
        manifest,
        instance: None,
    };
    (site, door)
}

fn failure(status: &str, code: &Value) -> Reply {
    let body = json!({
        "errors": [{"message": CANARY, "path": [CANARY], "extensions": {"code": code, "type": CANARY}}],
        "data": null,
    });
    Reply::with(
        status,
        "content-type: application/json\r\n",
        &body.to_string(),
    )
}

async fn teams(reply: Reply) -> EgressError {
    let (_site, door) = linear(reply).await;
    door.read("list_teams", &json!({})).await.unwrap_err()
}

#[tokio::test]
async fn an_error_is_an_error_whatever_its_status() {
    for status in ["200 OK", "400 Bad Request"] {
        let waits = teams(failure(status, &json!("RATELIMITED"))).await;
        assert_eq!(waits.code(), "egress.status", "{status}");
        assert_eq!(waits.verdict(), WriteVerdict::Refused);
        let dead = teams(failure(status, &json!("AUTHENTICATION_ERROR"))).await;
        assert!(dead.is_token_refused(), "{status}");
        for error in [waits, dead] {
            assert!(!format!("{error:?} {error}").contains("CANARY"));
        }
    }
    for code in [json!("INPUT_ERROR"), json!(null), json!(7), json!([CANARY])] {
        let refused = teams(failure("200 OK", &code)).await;
        let expected = EgressError::Declined {
            status: 200,
            why: Refusal::Refused,
        };
        assert_eq!(refused, expected, "{code}");
        let refused = teams(failure("400 Bad Request", &code)).await;
        assert_eq!(refused.code(), "egress.refused", "{code}");
    }
}

#[tokio::test]
async fn a_failure_that_cannot_be_read_is_known_by_its_status() {
    let huge = format!("{{\"errors\":[\"{}\"]}}", "x".repeat(70_000));
    for body in [
        "",
        "{",
        "<html>RATELIMITED</html>",
        "[]",
        "{\"errors\":[]}",
        huge.as_str(),
    ] {
        let headers = "content-type: application/json\r\n";
        let error = teams(Reply::with("400 Bad Request", headers, body)).await;
        assert_eq!(error.code(), "egress.refused", "{body}");
    }
    let error = teams(Reply::with(
        "400 Bad Request",
        "content-type: text/html\r\n",
        "RATELIMITED",
    ));
    assert_eq!(error.await.code(), "egress.refused");
}

/// What the app sends beside what was asked for is dropped; a success keeps no trace of errors.
#[tokio::test]
async fn what_a_document_did_not_ask_for_does_not_come_through() {
    let answer = json!({"errors": [], "extensions": {"x": CANARY}, "data": {
        "teams": {
            "nodes": [{"id": "t1", "key": "ENG", "name": "Engineering", "description": CANARY}],
            "pageInfo": {"hasNextPage": false, "endCursor": "x", "startCursor": CANARY},
        },
        "viewer": {"email": CANARY},
    }});
    let (site, door) = linear(Reply::json(&answer.to_string())).await;
    let answered = door.read("list_teams", &json!({})).await.unwrap();
    assert_eq!(
        answered.kept,
        json!({"data": {"teams": {
            "nodes": [{"id": "t1", "key": "ENG", "name": "Engineering"}],
            "pageInfo": {"hasNextPage": false, "endCursor": "x"},
        }}})
    );
    assert!(answered.next_page.is_last());
    assert_eq!(site.requests()[0].first_line(), "POST /graphql HTTP/1.1");
}

/// What happens to a document that a planner with a hole in it would send.
#[tokio::test]
async fn another_document_is_refused_before_a_socket_opens() {
    for (from, to) in [
        (
            "nodes { id key name }",
            "nodes { id key name: description }",
        ),
        ("nodes { id key name }", "# all\n    nodes { id key name }"),
        ("query Teams", "query AllTeams"),
        ("teams(first: 100, after", "teams(first: 250, after"),
    ] {
        let (site, door) = linear(Reply::json("{\"data\":{}}")).await;
        assert!(LINEAR.contains(from), "{from}");
        let other = Manifest::parse(&LINEAR.replacen(from, to, 1)).unwrap();
        let planned = plan(&other, &door.egress, None, ("list_teams", &json!({}))).unwrap();
        let refused = door
            .egress
            .send_read(&planned, door.route(), &token())
            .await;
        assert_eq!(
            refused,
            Err(EgressError::Undeclared(Undeclared::Body)),
            "{to}"
        );
        assert_eq!(door.egress.sockets().opened(), 0);
        assert_eq!(site.connections().await, 0);
    }
}

/// The address, the method and the headers of a mutation are those of a query: its document says
/// which it is.
#[tokio::test]
async fn a_mutation_does_not_leave_as_a_read() {
    let (site, door) = linear(Reply::json("{\"data\":{}}")).await;
    let given = json!({"teamId": TEAM, "title": "t"});
    let planned = door.plan("create_issue", &given).unwrap();
    let refused = door
        .egress
        .send_read(&planned, door.route(), &token())
        .await;
    assert_eq!(refused, Err(EgressError::WriteNeedsApproval));
    assert_eq!(site.connections().await, 0);
}

#[tokio::test]
async fn what_became_of_a_mutation_is_what_its_answer_says() {
    let done = json!({"data": {"issueCreate": {
        "success": true, "issue": {"identifier": "ENG-7", "url": "https://linear.app/a/issue/ENG-7"},
    }}});
    let mut half = done.clone();
    half["errors"] = json!([{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]);
    let no = json!({"data": {"issueCreate": {"success": false, "issue": null}}});
    for (reply, verdict) in [
        (Reply::json(&done.to_string()), WriteVerdict::Done),
        (Reply::json(&half.to_string()), WriteVerdict::Done),
        (Reply::json(&no.to_string()), WriteVerdict::Refused),
        (
            failure("200 OK", &json!("INPUT_ERROR")),
            WriteVerdict::Refused,
        ),
        (
            failure("400 Bad Request", &json!("RATELIMITED")),
            WriteVerdict::Refused,
        ),
        (
            failure("400 Bad Request", &json!("INPUT_ERROR")),
            WriteVerdict::Refused,
        ),
        // Created, and what was asked for of it may not be read: nobody knows, and it is looked up.
        (
            failure("200 OK", &json!("FORBIDDEN")),
            WriteVerdict::Unknown,
        ),
        (
            failure("400 Bad Request", &json!("FORBIDDEN")),
            WriteVerdict::Unknown,
        ),
        (
            failure("401 Unauthorized", &json!("FORBIDDEN")),
            WriteVerdict::Refused,
        ),
        (
            failure("429 Too Many Requests", &json!("FORBIDDEN")),
            WriteVerdict::Refused,
        ),
        (failure("200 OK", &json!(null)), WriteVerdict::Unknown),
        (Reply::json("{\"data\":{}}"), WriteVerdict::Unknown),
        (
            Reply::json("{\"data\":{\"issueCreate\":null}}"),
            WriteVerdict::Unknown,
        ),
        (
            failure("200 OK", &json!("INTERNAL_SERVER_ERROR")),
            WriteVerdict::Unknown,
        ),
        (
            failure("500 Internal", &json!("INTERNAL_SERVER_ERROR")),
            WriteVerdict::Unknown,
        ),
    ] {
        let (_site, door) = linear(reply).await;
        let given = json!({"teamId": TEAM, "title": "t"});
        let planned = door.plan("create_issue", &given).unwrap();
        let sent = door
            .egress
            .send_write(&planned, door.route(), &token(), approved(&planned))
            .await;
        let ended = sent.map_or_else(|error| error.verdict(), |_| WriteVerdict::Done);
        assert_eq!(ended, verdict);
    }
}
