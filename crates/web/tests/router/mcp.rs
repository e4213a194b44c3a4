//! The MCP server behind an API key.

use axum::body::Body;
use http::{Method, header};
use serde_json::{Value, json};

use crate::api::{key, upload};
use crate::support::{Answer, Client, Front, front};

async fn send(client: &mut Client, front: &Front, body: String) -> Answer {
    let mut request = client.request(Method::POST, "/mcp");
    *request.body_mut() = Body::from(body);
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    headers.insert(
        header::ACCEPT,
        "application/json, text/event-stream".parse().unwrap(),
    );
    client.send(front, request).await
}

async fn call(client: &mut Client, front: &Front, tool: &str, arguments: Value) -> Value {
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": tool, "arguments": arguments },
    });
    let answer = send(client, front, message.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["result"].clone()
}

fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

#[tokio::test]
async fn without_a_key_nothing_is_answered_not_even_by_cookie() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    let mut made_up = Client {
        key: Some("csk_made_up".to_owned()),
        ..Client::default()
    };
    for client in [&mut Client::default(), &mut ada, &mut made_up] {
        let refused = send(client, &front, list.clone()).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code().as_str()),
            (401, "identity.signed_out")
        );
        let told = "Bearer resource_metadata=\"http://localhost:8080/.well-known/oauth-protected-resource/mcp\"";
        assert_eq!(refused.header("www-authenticate"), told);
    }
    assert_eq!(ada.get(&front, "/mcp").await.header("allow"), "POST");
}

#[tokio::test]
async fn a_tool_does_what_the_keys_scopes_say() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut agent = key(&mut ada, &front, &["connectors.read"]).await;
    let result = call(&mut agent, &front, "list_connections", json!({})).await;
    assert_eq!(result["structuredContent"], json!({ "connections": [] }));
    for (tool, arguments) in [
        ("list_logs", json!({})),
        (
            "read_insight",
            json!({ "log_id": "log_01jd6w3z9m4q8v7t2y5x0n1k3c" }),
        ),
        (
            "get_approval",
            json!({ "approval_id": "apr_01jd6w3z9m4q8v7t2y5x0n1k3c" }),
        ),
        (
            "propose_ticket",
            json!({
                "connection_id": "con_01jd6w3z9m4q8v7t2y5x0n1k3c",
                "operation": "create_issue", "arguments": {},
            }),
        ),
    ] {
        let result = call(&mut agent, &front, tool, arguments).await;
        assert_eq!(result["isError"], true, "{tool}");
        assert!(
            text(&result).contains("access.forbidden"),
            "{tool}: {result}"
        );
    }
}

#[tokio::test]
async fn connections_for_writing_say_what_can_be_proposed() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    for purpose in ["read", "write"] {
        let form = json!({
            "app": "tracker", "name": purpose, "purpose": purpose,
            "instance": "https://tracker.example.com",
        });
        assert_eq!(
            ada.post(&front, "/api/v1/connections", &form).await.status,
            201
        );
    }
    let mut agent = key(&mut ada, &front, &["connectors.read", "approvals.propose"]).await;
    let result = call(&mut agent, &front, "list_connections", json!({})).await;
    let connections = &result["structuredContent"]["connections"];
    assert_eq!(connections[0]["operations"], json!([]));
    assert_eq!(connections[1]["operations"][0]["operation"], "create_issue");
    assert_eq!(
        connections[1]["operations"][0]["arguments_schema"]["type"],
        "object"
    );
    let arguments = json!({
        "connection_id": connections[1]["connection_id"],
        "operation": "create_issue", "arguments": { "title": "x" },
    });
    let result = call(&mut agent, &front, "propose_ticket", arguments).await;
    assert!(text(&result).contains("broker.unreachable"), "{result}");
}

#[tokio::test]
async fn insight_is_told_of_the_own_organisation_alone() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let added = ada
        .post(&front, "/api/v1/logs", &json!({ "name": "Tickets" }))
        .await;
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let csv = crate::api::tickets();
    let read = upload(
        &mut ada,
        &front,
        &format!("/api/v1/logs/{id}/content"),
        &csv,
    )
    .await;
    assert_eq!(read.status, 200, "{}", read.text);
    let mut agent = key(&mut ada, &front, &["insight.read"]).await;
    let logs = call(&mut agent, &front, "list_logs", json!({})).await;
    assert_eq!(logs["structuredContent"]["logs"][0]["log_id"], id.as_str());
    let insight = call(&mut agent, &front, "read_insight", json!({ "log_id": id })).await;
    let figures = &insight["structuredContent"];
    assert_eq!(figures["cases"], 8);
    assert!(figures["bottlenecks"][0]["sentence"].is_string());
    assert!(!insight.to_string().contains("zoe"));
    let mut bo = front.owner("bo").await;
    let mut other = key(&mut bo, &front, &["insight.read"]).await;
    let refused = call(&mut other, &front, "read_insight", json!({ "log_id": id })).await;
    assert!(text(&refused).contains("web.not_found"), "{refused}");
}

#[tokio::test]
async fn arguments_with_two_meanings_are_refused_before_anybody_chooses_one() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut agent = key(&mut ada, &front, &["insight.read"]).await;
    let twice = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call",
        "params":{"name":"list_logs","name":"list_connections","arguments":{}}}"#;
    let refused = send(&mut agent, &front, twice.to_owned()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (400, "web.malformed_json")
    );
}
