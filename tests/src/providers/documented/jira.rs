use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method as Asked, StatusCode as Told, Uri};
use axum::{Json, Router};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::provider::Mood;

use super::world::Documented;
use crate::sql::{fate, number};
use crate::world::{rows_with, scanned, settled};

const SITE: &str = "11223344-a1b2-4c3d-8e9f-0a1b2c3d4e5f";
const OTHER: &str = "99999999-a1b2-4c3d-8e9f-0a1b2c3d4e5f";
const CANARY: &str = "canary-of-what-somebody-wrote";

/// What Jira has.
struct Jira {
    sites: Value,
    /// What issues were opened with.
    opened: Vec<Value>,
    is_grant_over: bool,
}

type Shared = Arc<Mutex<Jira>>;

async fn answer(
    State(jira): State<Shared>,
    method: Asked,
    uri: Uri,
    body: Bytes,
) -> (Told, Json<Value>) {
    let mut jira = jira.lock().unwrap();
    let query = uri.query().unwrap_or_default();
    let (status, told) = match (method.as_str(), uri.path()) {
        ("POST", "/oauth/token") => token(&jira, &body),
        ("GET", "/oauth/token/accessible-resources") => (200, jira.sites.clone()),
        (method, path) => match (method, path.strip_prefix(&format!("/ex/jira/{SITE}"))) {
            ("GET", Some("/rest/api/3/search/jql")) if query.contains("properties=countersign") => {
                (200, found(&jira))
            }
            ("GET", Some("/rest/api/3/search/jql")) => (200, listed(query)),
            ("GET", Some("/rest/api/3/issue/SHOP-1/changelog")) => (200, changes(query)),
            ("GET", Some("/rest/api/3/issue/SHOP-2/changelog")) => {
                (200, json!({ "startAt": 0, "isLast": true, "values": [] }))
            }
            ("POST", Some("/rest/api/2/issue")) => {
                jira.opened.push(serde_json::from_slice(&body).unwrap());
                let opened = json!({ "id": "10042", "key": "SHOP-42", "self": CANARY });
                (201, opened)
            }
            _ => (404, json!({ "errorMessages": [CANARY] })),
        },
    };
    (Told::from_u16(status).unwrap(), Json(told))
}

/// Atlassian takes JSON, and says 403 where a refresh token is none any more.
fn token(jira: &Jira, body: &[u8]) -> (u16, Value) {
    let sent: Value = serde_json::from_slice(body).unwrap();
    if jira.is_grant_over && sent["grant_type"] == "refresh_token" {
        let told = json!({ "error": "invalid_grant", "error_description": CANARY });
        return (403, told);
    }
    let told = json!({
        "access_token": "access-token-of-atlassian", "refresh_token": "refresh-token-of-atlassian",
        "expires_in": 3600, "token_type": "Bearer", "scope": "read:issue-meta:jira offline_access",
    });
    (200, told)
}

/// Two pages, and texts that nobody asked for.
fn listed(query: &str) -> Value {
    let issue = |key: &str| {
        json!({ "id": "1", "key": key, "fields": {
            "created": "2026-03-02T09:00:00.000+0000", "summary": CANARY, "description": CANARY,
            "creator": { "displayName": "Ada", "emailAddress": CANARY },
        } })
    };
    if query.contains("nextPageToken=CAEaAggD") {
        json!({ "isLast": true, "issues": [issue("SHOP-2")] })
    } else {
        json!({ "isLast": false, "nextPageToken": "CAEaAggD", "issues": [issue("SHOP-1")] })
    }
}

/// One entry with a change of state and of a text, and one of a text alone, on pages of one.
fn changes(query: &str) -> Value {
    let entry = |id: &str, items: Value| {
        json!({ "id": id, "created": "2026-03-02T10:00:00.000+0000", "items": items,
                "author": { "displayName": "Bob", "emailAddress": CANARY } })
    };
    let text =
        |id: &str| json!({ "field": id, "fieldId": id, "fromString": CANARY, "toString": CANARY });
    // A field of texts that an administrator called so.
    let named = json!({ "field": "status", "fieldId": "customfield_10050", "toString": CANARY });
    let status = json!({ "field": "Status", "fieldId": "status", "fromString": "Open", "toString": "Done", "to": "10001" });
    let resolution = json!({ "field": "resolution", "fieldId": "resolution", "fromString": null, "toString": "Fixed" });
    if query.contains("startAt=1") {
        let values = [entry("101", json!([text("summary")]))];
        json!({ "startAt": 1, "maxResults": 1, "total": 2, "isLast": true, "values": values })
    } else {
        let items = json!([status, text("description"), named, resolution]);
        let values = [entry("100", items)];
        json!({ "startAt": 0, "maxResults": 1, "total": 2, "isLast": false, "values": values })
    }
}

/// The newest issues, with the property that was asked for.
fn found(jira: &Jira) -> Value {
    let opened = jira.opened.iter().map(|sent| {
        let property = &sent["properties"][0];
        json!({ "key": "SHOP-42", "properties": { (property["key"].as_str().unwrap()): property["value"] } })
    });
    let others = [json!({ "key": "SHOP-41", "properties": {} })];
    json!({ "issues": others.into_iter().chain(opened).collect::<Vec<_>>() })
}

async fn start() -> (Documented, Shared) {
    let jira = Arc::new(Mutex::new(Jira {
        sites: sites("https://acme.atlassian.net", SITE),
        opened: Vec::new(),
        is_grant_over: false,
    }));
    let upstream = Router::new().fallback(answer).with_state(Arc::clone(&jira));
    let hosts = ["auth.atlassian.com", "api.atlassian.com"];
    (Documented::start(upstream, &hosts).await, jira)
}

/// Two products of one site, and another site that the same person reaches.
fn sites(url: &str, id: &str) -> Value {
    json!([
        { "id": OTHER, "url": "https://other.atlassian.net", "name": CANARY, "scopes": [] },
        { "id": id, "url": url, "name": CANARY, "scopes": ["read:jira-work"] },
        { "id": id, "url": url, "name": CANARY, "scopes": ["read:confluence-content.all"] },
    ])
}

fn form(purpose: &str) -> Value {
    json!({ "app": "jira", "name": "Jira", "purpose": purpose, "instance": "https://acme.atlassian.net" })
}

fn issue() -> Value {
    json!({ "project": "SHOP", "issue_type": "Task", "summary": "Order toner", "description": "Two boxes" })
}

#[tokio::test]
async fn a_scan_reads_states_of_one_site_and_no_text() {
    let (world, _) = start().await;
    let id = world.connect(&form("read")).await;
    let log = scanned(&world.owner, &id, &json!({ "project": "SHOP" })).await;
    // Two issues opened, a state and a resolution: what changed of texts is no event.
    assert_eq!(
        (&log["state"], &log["events"]),
        (&json!("ready"), &json!(4)),
        "{log}"
    );
    let api = format!("/ex/jira/{SITE}/rest/api/3/");
    let asked = world.targets(&Method::GET, "/");
    assert_eq!(asked[0], "/oauth/token/accessible-resources");
    assert!(
        asked[1..].iter().all(|one| one.starts_with(&api)),
        "{asked:?}"
    );
    assert_eq!(asked.len(), 6, "{asked:?}");
    let asked = json!({ "issue": "SHOP-1" });
    let shown = world.read(&id, ("list_issue_changes", &asked)).await;
    assert_eq!(
        shown.unwrap().kept["values"][0]["items"],
        json!([
            { "fieldId": "status", "toString": "Done" },
            { "fieldId": "resolution", "toString": "Fixed" },
        ])
    );
    assert_eq!(rows_with(&world.app, CANARY).await, Vec::<String>::new());
}

/// The person's word is the address, the app's is the identifier: nobody else has one.
#[tokio::test]
async fn nobody_says_which_site_is_called() {
    let (world, _) = start().await;
    let id = world.connect(&form("read")).await;
    let arrived = world.targets(&Method::GET, "/ex/").len();
    for given in [
        json!({ "project": "SHOP", "site": OTHER }),
        json!({ "project": "SHOP", "instance_id": OTHER }),
        json!({ "project": "SHOP\" OR project = \"OTHER" }),
    ] {
        let refused = world.read(&id, ("list_issues", &given)).await;
        assert_eq!(refused.unwrap_err(), "broker.arguments", "{given}");
    }
    assert_eq!(world.targets(&Method::GET, "/ex/").len(), arrived);
    // What is not of the manifest's form is none: then nothing leaves.
    for wrong in ["../../oauth", "11223344", ""] {
        let put = format!("update broker.credentials set instance_id = nullif('{wrong}', '')");
        assert_eq!(fate(&world.app, &put).await, 1);
        let asked = json!({ "project": "SHOP" });
        let refused = world.read(&id, ("list_issues", &asked)).await;
        assert_eq!(refused.unwrap_err(), "broker.arguments", "{wrong}");
    }
    assert_eq!(world.targets(&Method::GET, "/ex/").len(), arrived);
}

#[tokio::test]
async fn a_site_that_was_not_granted_is_not_connected_and_nothing_is_kept() {
    let (world, jira) = start().await;
    let (id, _) = world.begin(&form("read")).await;
    let mut two_names = sites("https://acme.atlassian.net", SITE);
    two_names[2]["id"] = json!(OTHER);
    for listed in [
        json!([]),
        json!({}),
        sites("https://other.atlassian.net", SITE),
        sites("https://acme.atlassian.net.evil.example", SITE),
        sites("https://acme.atlassian.net/jira", SITE),
        sites("http://acme.atlassian.net", SITE),
        sites("https://acme.atlassian.net", "../../oauth/token"),
        sites("https://acme.atlassian.net", ""),
        two_names,
    ] {
        jira.lock().unwrap().sites = listed.clone();
        let (again, page) = world.begin(&form("read")).await;
        assert!(!world.allow(&page).await, "{listed}");
        for id in [&id, &again] {
            let pending = (json!("pending"), Value::Null);
            assert_eq!(world.state(id).await, pending, "{listed}");
        }
    }
    let tokens =
        "select count(*) from broker.secrets where field in ('access_token', 'refresh_token')";
    assert_eq!(number(&world.app, tokens).await, 0);
    assert_eq!(world.targets(&Method::GET, "/ex/"), Vec::<String>::new());
    // A slash at the end is the same address.
    jira.lock().unwrap().sites = sites("https://acme.atlassian.net/", SITE);
    let (id, page) = world.begin(&form("read")).await;
    assert!(world.allow(&page).await);
    assert_eq!(world.state(&id).await, (json!("connected"), Value::Null));
}

#[tokio::test]
async fn an_issue_whose_answer_is_lost_is_found_by_its_property_and_opened_once() {
    let (world, jira) = start().await;
    let writing = world.connect(&form("write")).await;
    let id = world.approved(&writing, ("create_issue", &issue())).await;
    let ended = settled(&world.owner, &id).await;
    assert_eq!(ended["state"], "executed", "{ended}");
    let body = jira.lock().unwrap().opened.remove(0);
    assert_eq!(
        body,
        json!({
            "fields": {
                "project": { "key": "SHOP" }, "issuetype": { "name": "Task" },
                "summary": "Order toner", "description": "Two boxes",
            },
            "properties": [{ "key": "countersign", "value": { "approval": id } }],
        })
    );

    world.provider.be(Mood::LoseAnswersOfWrites);
    let id = world.approved(&writing, ("create_issue", &issue())).await;
    let ended = settled(&world.owner, &id).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"]["code"]),
        (&json!("executed"), &json!("broker.looked_up")),
        "{ended}"
    );
    assert_eq!(jira.lock().unwrap().opened.len(), 1, "it was sent again");

    world.provider.be(Mood::LoseWrites);
    let id = world.approved(&writing, ("create_issue", &issue())).await;
    let ended = settled(&world.owner, &id).await;
    assert_eq!(ended["state"], "unknown_outcome", "{ended}");
    assert_eq!(jira.lock().unwrap().opened.len(), 1);
}

#[tokio::test]
async fn a_grant_that_is_over_is_told_with_403_and_asks_for_a_person() {
    let (world, jira) = start().await;
    let id = world.connect(&form("read")).await;
    jira.lock().unwrap().is_grant_over = true;
    let due = "update broker.credentials set refresh_at = now(), access_expires_at = now(), refresh_not_before = null";
    assert_eq!(fate(&world.app, due).await, 1);
    let asked = json!({ "project": "SHOP" });
    let refused = world.read(&id, ("list_issues", &asked)).await;
    assert_eq!(refused.unwrap_err(), "connectors.reconnect");
    let (state, reason) = world.state(&id).await;
    assert_eq!(
        (state, reason),
        (json!("reconnect"), json!("connectors.grant_ended"))
    );
}

/// Atlassian has no request that ends a grant: the receipt says so, and where a person does it.
#[tokio::test]
async fn the_receipt_says_that_a_person_ends_the_grant() {
    let (world, _) = start().await;
    let id = world.connect(&form("read")).await;
    let ended = world.end(&id).await;
    assert_eq!(ended["revocation"], "not_possible", "{ended}");
    let secrets =
        "select count(*) from broker.secrets s join connectors.connections c on c.id = s.owner_id
                    where c.state = 'disconnected'";
    assert_eq!(number(&world.app, secrets).await, 0);
}
