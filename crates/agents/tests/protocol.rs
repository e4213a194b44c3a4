//! The framing of both revisions that are served, with a desk that answers from memory: no rule of
//! ours is tested here.
#![expect(
    clippy::unwrap_used,
    reason = "tests and their helpers: what fails here is the test"
)]

use std::sync::Arc;
use std::time::Duration;

use agents::{
    Approval, Connection, Desk, DeskAnswer, DeskError, DurationFigures, Insight, Log, Mcp, Proposed,
};
use axum::body::{Body, to_bytes};
use http::Request;
use kernel::{ConnectionId, LogId, ProposalId};
use serde_json::{Map, Value, json};

struct Memory;

fn answer<'a, T: Send + 'a>(result: Result<T, DeskError>) -> DeskAnswer<'a, T> {
    Box::pin(async move { result })
}

impl Desk for Memory {
    fn connections(&self) -> DeskAnswer<'_, Vec<Connection>> {
        answer(Ok(Vec::new()))
    }

    fn logs(&self) -> DeskAnswer<'_, Vec<Log>> {
        let (code, message) = ("access.forbidden".to_owned(), "No.".to_owned());
        answer(Err(DeskError { code, message }))
    }

    fn insight(&self, log: LogId) -> DeskAnswer<'_, Insight> {
        let none = DurationFigures {
            n: 0,
            mean: 0.0,
            p10: 0.0,
            p25: 0.0,
            p50: 0.0,
            p75: 0.0,
            p90: 0.0,
            p95: 0.0,
        };
        answer(Ok(Insight {
            log_id: log.to_string(),
            name: "Tickets".to_owned(),
            cases: 2,
            events: 4,
            activities: 2,
            variants: 1,
            first_event: None,
            last_event: None,
            case_duration_s: none,
            bottlenecks: Vec::new(),
            edges: Vec::new(),
            withheld_edges: 0,
            notes: Vec::new(),
        }))
    }

    fn propose(
        &self,
        _: ConnectionId,
        operation: String,
        arguments: Map<String, Value>,
    ) -> DeskAnswer<'_, Proposed> {
        answer(Ok(Proposed {
            status: "approval_required",
            approval_id: format!("{operation} {}", Value::Object(arguments)),
            review_url: String::new(),
            expires_at: String::new(),
            payload_hash: String::new(),
        }))
    }

    fn approval(&self, approval: ProposalId, wait: Duration) -> DeskAnswer<'_, Approval> {
        answer(Ok(Approval {
            approval_id: approval.to_string(),
            subject: None,
            state: format!("waited {} s", wait.as_secs()),
            is_final: false,
            review_url: String::new(),
            expires_at: String::new(),
            url: None,
            reference: None,
            failure: None,
            duration_ms: None,
            notes: Vec::new(),
        }))
    }
}

fn post(body: &Value) -> Request<Body> {
    Request::post("/mcp")
        .header("host", "localhost:8080")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn send(request: Request<Body>) -> (u16, Value) {
    let mcp = Mcp::new("localhost:8080", "http://localhost:8080");
    let answer = mcp.handle(request, Arc::new(Memory)).await;
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (
        status,
        serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    )
}

/// A request of revision 2026-07-28: all of it in one message.
fn current(method: &str, name: Option<&str>, mut params: Value) -> Request<Body> {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let mut request =
        post(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
    let headers = request.headers_mut();
    headers.insert("mcp-protocol-version", "2026-07-28".parse().unwrap());
    headers.insert("mcp-method", method.parse().unwrap());
    if let Some(name) = name {
        headers.insert("mcp-name", name.parse().unwrap());
    }
    request
}

async fn call(name: &str, arguments: Value) -> Value {
    let params = json!({ "name": name, "arguments": arguments });
    let (status, answer) = send(current("tools/call", Some(name), params)).await;
    assert_eq!(status, 200, "{answer}");
    answer["result"].clone()
}

#[tokio::test]
async fn the_older_revision_initializes_and_lists_tools_without_a_session() {
    let (status, answer) = send(post(&json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        },
    })))
    .await;
    assert_eq!(status, 200);
    assert_eq!(answer["result"]["protocolVersion"], "2025-11-25");
    assert_eq!(answer["result"]["serverInfo"]["name"], "countersign");
    let mut list = post(&json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }));
    list.headers_mut()
        .insert("mcp-protocol-version", "2025-11-25".parse().unwrap());
    let (status, answer) = send(list).await;
    assert_eq!(status, 200);
    let tools = answer["result"]["tools"].as_array().unwrap();
    assert_eq!(tools.len(), 5);
    for tool in tools {
        let proposes = tool["name"] == "propose_ticket";
        assert_eq!(tool["annotations"]["readOnlyHint"], !proposes, "{tool}");
        assert_eq!(tool["annotations"]["destructiveHint"], false);
        assert_eq!(tool["outputSchema"]["type"], "object");
    }
}

#[tokio::test]
async fn the_current_revision_discovers_and_is_told_how_long_a_list_holds_and_for_whom() {
    let (status, answer) = send(current("server/discover", None, json!({}))).await;
    assert_eq!(status, 200, "{answer}");
    assert!(
        answer["result"]["supportedVersions"]
            .to_string()
            .contains("2026-07-28"),
        "{answer}"
    );
    let (status, answer) = send(current("tools/list", None, json!({}))).await;
    assert_eq!(status, 200);
    assert_eq!(answer["result"]["cacheScope"], "private");
    assert!(answer["result"]["ttlMs"].as_u64().unwrap() > 0);
    assert_eq!(answer["result"]["resultType"], "complete");
}

#[tokio::test]
async fn headers_that_say_another_method_or_tool_than_the_body_are_refused() {
    let params = json!({ "name": "list_connections", "arguments": {} });
    let (status, answer) = send(current("tools/call", Some("list_logs"), params)).await;
    assert_eq!(status, 400, "{answer}");
}

#[tokio::test]
async fn a_result_is_structured_and_a_failure_carries_its_code() {
    let log = LogId::from(kernel_uuid());
    let insight = call("read_insight", json!({ "log_id": log })).await;
    assert_eq!(insight["structuredContent"]["cases"], 2);
    let refused = call("list_logs", json!({})).await;
    assert_eq!(refused["isError"], true);
    assert_eq!(refused.get("structuredContent"), None);
    assert!(
        refused["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("access.forbidden")
    );
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_told_to_the_model_and_not_guessed() {
    for (tool, arguments) in [
        ("list_logs", json!({ "organisation": "org_1" })),
        ("read_insight", json!({})),
        (
            "read_insight",
            json!({ "log_id": "con_01jd6w3z9m4q8v7t2y5x0n1k3c" }),
        ),
        (
            "propose_ticket",
            json!({ "connection_id": "x", "operation": "y", "arguments": {} }),
        ),
        ("get_approval", json!({ "approval_id": "apr_1" })),
    ] {
        let refused = call(tool, arguments.clone()).await;
        assert_eq!(refused["isError"], true, "{tool} {arguments}");
        assert!(
            refused["content"][0]["text"]
                .as_str()
                .unwrap()
                .contains("agents.arguments")
        );
    }
    let (_, answer) = send(current(
        "tools/call",
        Some("drop_tables"),
        json!({ "name": "drop_tables" }),
    ))
    .await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
}

#[tokio::test]
async fn a_client_cannot_make_the_server_wait_for_longer_than_twenty_seconds() {
    let approval = ProposalId::from(kernel_uuid());
    let asked = json!({ "approval_id": approval, "wait_seconds": 86_400 });
    let told = call("get_approval", asked).await;
    assert_eq!(told["structuredContent"]["state"], "waited 20 s");
}

#[tokio::test]
async fn another_host_or_origin_is_refused() {
    let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" });
    for (name, value) in [
        ("host", "evil.example"),
        ("host", "localhost:8081"),
        ("origin", "https://evil.example"),
        ("origin", "http://localhost:8081"),
        ("origin", "null"),
    ] {
        let mut request = post(&list);
        request.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(send(request).await.0, 403, "{name}: {value}");
    }
    let mut own = post(&list);
    own.headers_mut()
        .insert("origin", "http://localhost:8080".parse().unwrap());
    assert_eq!(send(own).await.0, 200);
}

fn kernel_uuid() -> uuid::Uuid {
    uuid::Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001)
}
