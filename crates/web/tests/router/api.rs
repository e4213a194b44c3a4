//! The API without a broker: keys, connections, logs, audit, trust.

use axum::body::Body;
use http::{Method, header};
use serde_json::json;

use crate::support::{Answer, Client, Front, front};

const CSV: &str = "case,activity,timestamp,resource\n\
    1,open,2024-01-01T08:00:00Z,ada\n\
    1,close,2024-01-01T10:00:00Z,bo\n\
    2,open,2024-01-02T08:00:00Z,ada\n\
    2,close,2024-01-02T09:00:00Z,bo\n";

/// A log of eight cases that one person closes at different times.
pub(crate) fn tickets() -> String {
    (0..8).fold("case,activity,timestamp,resource\n".to_owned(), |csv, n| {
        csv + &format!("{n},open,2024-01-01T08:00:00Z,zoe\n{n},close,2024-01-01T1{n}:00:00Z,zoe\n")
    })
}

pub(crate) async fn upload(
    client: &mut Client,
    front: &Front,
    path: &str,
    content: &str,
) -> Answer {
    let mut request = client.request(Method::PUT, path);
    *request.body_mut() = Body::from(content.to_owned());
    let kind = "application/octet-stream".parse().unwrap();
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    client.send(front, request).await
}

pub(crate) async fn key(owner: &mut Client, front: &Front, scopes: &[&str]) -> Client {
    let form = json!({ "name": "Test client", "scopes": scopes, "expires_in_days": 1 });
    let made = owner.post(front, "/api/v1/api-keys", &form).await;
    assert_eq!(made.status, 201, "{}", made.text);
    Client {
        key: Some(made.json()["key"].as_str().unwrap().to_owned()),
        ..Client::default()
    }
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_nothing_after_it_is_revoked() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut program = key(&mut ada, &front, &["insight.read"]).await;
    assert_eq!(
        program.get(&front, "/api/v1/me").await.json()["credential"],
        "api_key"
    );
    assert_eq!(program.get(&front, "/api/v1/logs").await.status, 200);
    for path in [
        "/api/v1/people",
        "/api/v1/connections",
        "/api/v1/audit/entries",
    ] {
        assert_eq!(
            program.get(&front, path).await.code(),
            "access.forbidden",
            "{path}"
        );
    }
    // What is a person's alone.
    assert_eq!(
        program.get(&front, "/api/v1/sessions").await.code(),
        "access.forbidden"
    );
    let keys = ada.get(&front, "/api/v1/api-keys").await.json();
    assert!(keys[0]["face"].as_str().unwrap().len() == 12 && keys[0].get("key").is_none());
    let path = format!("/api/v1/api-keys/{}", keys[0]["id"].as_str().unwrap());
    assert_eq!(ada.delete(&front, &path).await.status, 204);
    let refused = program.get(&front, "/api/v1/logs").await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (401, "identity.signed_out")
    );
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    assert_eq!(ada.delete(&front, &path).await.status, 404);
}

#[tokio::test]
async fn a_key_that_decides_or_goes_beyond_the_catalogue_cannot_be_made() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    for scope in ["approvals.decide", "api_keys.manage", "everything.*"] {
        let form = json!({ "name": "x", "scopes": [scope], "expires_in_days": 1 });
        let refused = ada.post(&front, "/api/v1/api-keys", &form).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code().as_str()),
            (422, "access.key_invalid")
        );
        assert!(refused.json()["fields"]["scopes"].is_string());
    }
}

#[tokio::test]
async fn a_log_is_imported_whole_with_its_figures() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let added = ada
        .post(&front, "/api/v1/logs", &json!({ "name": "Tickets" }))
        .await;
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/logs/{id}/content");
    let read = upload(&mut ada, &front, &path, CSV).await;
    assert_eq!(read.status, 200, "{}", read.text);
    let log = ada.get(&front, &format!("/api/v1/logs/{id}")).await.json();
    assert_eq!(
        (&log["state"], &log["cases"], &log["events"]),
        (&json!("ready"), &json!(2), &json!(4))
    );
    assert_eq!(log["statistics"]["edges"][0]["median_s"], 5400.0);
    // Once.
    assert_eq!(
        upload(&mut ada, &front, &path, CSV).await.code(),
        "insight.log_not_reading"
    );
    let mut bo = front.owner("bo").await;
    assert_eq!(
        bo.get(&front, &format!("/api/v1/logs/{id}")).await.status,
        404
    );
    assert_eq!(bo.get(&front, "/api/v1/logs").await.text, "[]");
    assert_eq!(upload(&mut bo, &front, &path, CSV).await.status, 404);
    assert_eq!(
        bo.delete(&front, &format!("/api/v1/logs/{id}"))
            .await
            .status,
        404
    );
    assert_eq!(
        ada.delete(&front, &format!("/api/v1/logs/{id}"))
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn a_bad_file_names_its_line_and_nothing_of_it_is_stored() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let added = ada
        .post(&front, "/api/v1/logs", &json!({ "name": "Broken" }))
        .await;
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let bad = CSV.replace("2024-01-02T09:00:00Z", "soon");
    let refused = upload(
        &mut ada,
        &front,
        &format!("/api/v1/logs/{id}/content"),
        &bad,
    )
    .await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (422, "insight.bad_date")
    );
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .starts_with("line 5")
    );
    let log = ada.get(&front, &format!("/api/v1/logs/{id}")).await.json();
    assert_eq!(
        (&log["state"], &log["error_code"]),
        (&json!("failed"), &json!("insight.bad_date"))
    );
    assert_eq!(log["events"], 0);
}

#[tokio::test]
async fn a_file_past_the_servers_limit_is_refused() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let added = ada
        .post(&front, "/api/v1/logs", &json!({ "name": "Huge" }))
        .await;
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let rows = "1,open,2024-01-01T08:00:00Z,ada\n".repeat(400_000);
    let huge = format!("case,activity,timestamp,resource\n{rows}");
    let refused = upload(
        &mut ada,
        &front,
        &format!("/api/v1/logs/{id}/content"),
        &huge,
    )
    .await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (413, "web.too_large")
    );
}

#[tokio::test]
async fn a_connection_asks_for_the_least_scopes_and_names_what_is_wrong() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let form = json!({
        "app": "tracker", "name": "Tracker", "purpose": "read",
        "instance": "https://tracker.example.com",
    });
    let added = ada.post(&front, "/api/v1/connections", &form).await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert_eq!(added.json()["scopes_requested"], json!(["issues:read"]));
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/connections/{id}");
    assert_eq!(ada.get(&front, &path).await.json()["state"], "pending");
    assert_eq!(ada.get(&front, &format!("{path}/calls")).await.text, "[]");
    let scan = ada.post(&front, &format!("{path}/scan"), &json!({})).await;
    assert_eq!(
        (scan.status.as_u16(), scan.code().as_str()),
        (409, "connectors.no_scan")
    );
    let begun = ada
        .post(
            &front,
            &format!("{path}/authorize"),
            &json!({ "client_id": "x" }),
        )
        .await;
    assert_eq!(
        (begun.status.as_u16(), begun.code().as_str()),
        (503, "broker.unreachable")
    );
    let form = json!({ "app": "nothing", "name": "x", "purpose": "read" });
    assert_eq!(
        ada.post(&front, "/api/v1/connections", &form).await.code(),
        "connectors.unknown_app"
    );
    let form = json!({ "app": "tracker", "name": "x", "purpose": "read" });
    let wrong = ada.post(&front, "/api/v1/connections", &form).await;
    assert!(wrong.json()["fields"]["instance"].is_string());
    let mut bo = front.owner("bo").await;
    for path in [path.clone(), format!("{path}/calls")] {
        assert_eq!(bo.get(&front, &path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_happened_is_in_the_audit_log_of_the_organisation_alone() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    key(&mut ada, &front, &["insight.read"]).await;
    let log = ada
        .get(&front, "/api/v1/audit/entries?action=access.")
        .await
        .json();
    assert_eq!(log["entries"][0]["action"], "access.api_key_created");
    assert_eq!(log["next"], json!(null));
    let page = ada
        .get(&front, "/api/v1/audit/entries?limit=1")
        .await
        .json();
    let next = page["next"].as_str().unwrap();
    let older = ada
        .get(
            &front,
            &format!("/api/v1/audit/entries?limit=1&before={next}"),
        )
        .await
        .json();
    assert_ne!(older["entries"][0]["id"], page["entries"][0]["id"]);
    let mut bo = front.owner("bo").await;
    let log = bo.get(&front, "/api/v1/audit/entries").await;
    assert!(!log.text.contains("api_key_created"));
    assert_eq!(
        bo.get(&front, "/api/v1/audit/entries?limit=0").await.code(),
        "web.invalid_query"
    );
    assert_eq!(
        bo.get(&front, "/api/v1/audit/entries?org=1").await.code(),
        "web.invalid_query"
    );
    assert_eq!(bo.get(&front, "/api/v1/audit/checkpoint").await.status, 404);
}

#[tokio::test]
async fn an_organisation_sees_who_signed_up_in_and_failed_to() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut bo = front.owner("bo").await;
    let wrong = json!({ "email": "ada@example.com", "password": "not the password at all" });
    let refused = Client::default()
        .post(&front, "/api/v1/sessions", &wrong)
        .await;
    assert_eq!(refused.status, 401);
    let told = |log: serde_json::Value| -> Vec<(String, String)> {
        let entries = log["entries"].as_array().unwrap().clone();
        let text = |entry: &serde_json::Value, key: &str| entry[key].as_str().unwrap().to_owned();
        entries
            .iter()
            .map(|entry| (text(entry, "action"), text(entry, "actor_kind")))
            .collect()
    };
    let path = "/api/v1/audit/entries?action=identity.";
    let entries = ada.get(&front, path).await.json();
    let subject = entries["entries"][0]["subject"].as_str().unwrap();
    assert!(subject.starts_with("usr_"), "{subject}");
    for entry in entries["entries"].as_array().unwrap() {
        assert_eq!(entry["subject"], subject);
    }
    let pair = |action: &str, actor: &str| (action.to_owned(), actor.to_owned());
    assert_eq!(
        told(entries),
        [
            pair("identity.sign_in_failed", "anonymous"),
            pair("identity.signed_in", "session"),
            pair("identity.address_vouched", "system"),
            pair("identity.signed_up", "anonymous"),
        ]
    );
    assert_eq!(told(bo.get(&front, path).await.json()).len(), 3);
}

#[tokio::test]
async fn approvals_that_are_not_there_are_not_found_whatever_is_asked_of_them() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let nothing = r#"{"approvals":[],"next":null}"#;
    for path in ["/api/v1/approvals", "/api/v1/approvals?state=settled"] {
        assert_eq!(ada.get(&front, path).await.text, nothing);
    }
    let wrong = ada.get(&front, "/api/v1/approvals?before=x").await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.code().as_str()),
        (400, "web.invalid_query")
    );
    let path = "/api/v1/approvals/apr_01jd6w3z9m4q8v7t2y5x0n1k3c";
    assert_eq!(ada.get(&front, path).await.status, 404);
    let decision = json!({ "verdict": "approve", "payload_hash": "00".repeat(32) });
    for (what, body) in [
        ("decision", decision),
        ("revoke", json!({})),
        ("resolution", json!({ "outcome": "happened" })),
    ] {
        let answer = ada.post(&front, &format!("{path}/{what}"), &body).await;
        assert_eq!(answer.status, 404, "{what}: {}", answer.text);
    }
}

#[tokio::test]
async fn anybody_may_see_what_is_checked() {
    let front = front().await;
    let trust = Client::default().get(&front, "/api/v1/trust").await.json();
    assert_eq!(trust["controls"], json!([]));
    assert!(trust["unchecked"].as_array().unwrap().len() > 40);
}
