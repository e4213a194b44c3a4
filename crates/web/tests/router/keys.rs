//! API keys at the door: how often they may ask, and what is kept of their use (AC-08, ID-10).

use std::num::NonZeroU32;

use http::Method;
use serde_json::json;
use web::{Rule, Throttles};

use crate::api::key;
use crate::support::{Client, Front, front, front_with};

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_how_long_to_wait_and_no_other_is() {
    let throttles = Throttles::new(Rule::NONE, Rule::NONE, Rule::NONE);
    let front = front_with(throttles.per_key(NonZeroU32::new(5))).await;
    let mut ada = front.owner("ada").await;
    let mut busy = key(&mut ada, &front, &["insight.read"]).await;
    let mut quiet = key(&mut ada, &front, &["insight.read"]).await;
    for _ in 0..4 {
        assert_eq!(busy.get(&front, "/api/v1/logs").await.status, 200);
    }
    // What is refused was asked all the same.
    assert_eq!(busy.get(&front, "/api/v1/people").await.status, 403);
    let told = busy.get(&front, "/api/v1/logs").await;
    assert_eq!(
        (told.status.as_u16(), told.code().as_str()),
        (429, "access.too_many_requests")
    );
    assert_eq!(told.header("retry-after"), "1");
    assert_eq!(quiet.get(&front, "/api/v1/logs").await.status, 200);
    // People at browsers are not counted by key.
    for _ in 0..10 {
        assert_eq!(ada.get(&front, "/api/v1/logs").await.status, 200);
    }
}

#[tokio::test]
async fn a_use_is_written_down_later_and_kept_until_it_is() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut program = key(&mut ada, &front, &["insight.read"]).await;
    assert_eq!(program.get(&front, "/api/v1/logs").await.status, 200);
    let keys = ada.get(&front, "/api/v1/api-keys").await.json();
    assert!(keys[0]["last_used_at"].is_null(), "a read wrote");
    front
        .fate("revoke execute on function access.note_use(bytea[]) from countersign_front")
        .await;
    web::flush_uses(&front.state).await;
    let keys = ada.get(&front, "/api/v1/api-keys").await.json();
    assert!(keys[0]["last_used_at"].is_null());
    front
        .fate("grant execute on function access.note_use(bytea[]) to countersign_front")
        .await;
    web::flush_uses(&front.state).await;
    let keys = ada.get(&front, "/api/v1/api-keys").await.json();
    assert!(keys[0]["last_used_at"].is_string());
}

async fn service_key(owner: &mut Client, front: &Front, scopes: &[&str]) -> Client {
    let form = json!({ "name": "Nightly export", "scopes": scopes, "expires_in_days": 365 });
    let made = owner.post(front, "/api/v1/service-keys", &form).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let key = made.json()["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("css_"));
    Client {
        key: Some(key),
        ..Client::default()
    }
}

#[tokio::test]
async fn a_service_key_reads_lists_and_nothing_that_is_somebodys() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut service = service_key(&mut ada, &front, &["people.read", "insight.read"]).await;
    for path in ["/api/v1/people", "/api/v1/logs"] {
        assert_eq!(service.get(&front, path).await.status, 200, "{path}");
    }
    for path in [
        "/api/v1/audit/entries",
        "/api/v1/sessions",
        "/api/v1/me",
        "/api/v1/service-keys",
    ] {
        let refused = service.get(&front, path).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code().as_str()),
            (403, "access.forbidden"),
            "{path}"
        );
    }
    let form = json!({ "name": "x", "source": "import" });
    let refused = service.post(&front, "/api/v1/logs", &form).await;
    assert_eq!(refused.status, 403);
    assert_eq!(service.get(&front, "/mcp").await.status.as_u16() / 100, 4);
    assert_eq!(service.get(&front, "/people").await.status, 400);
}

#[tokio::test]
async fn a_service_key_is_counted_where_it_may_not_ask_too() {
    let throttles = Throttles::new(Rule::NONE, Rule::NONE, Rule::NONE);
    let front = front_with(throttles.per_key(NonZeroU32::new(5))).await;
    let mut ada = front.owner("ada").await;
    let mut service = service_key(&mut ada, &front, &["insight.read"]).await;
    for _ in 0..5 {
        assert_eq!(service.get(&front, "/api/v1/me").await.status, 403);
    }
    assert_eq!(service.get(&front, "/api/v1/me").await.status, 429);
    assert_eq!(service.get(&front, "/api/v1/logs").await.status, 429);
}

#[tokio::test]
async fn a_key_that_sees_no_people_sees_what_they_made() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let log = json!({ "name": "Tickets" });
    assert_eq!(ada.post(&front, "/api/v1/logs", &log).await.status, 201);
    for (path, permission) in [
        ("/api/v1/logs", "insight.read"),
        ("/api/v1/service-keys", "api_keys.read"),
    ] {
        let mut service = service_key(&mut ada, &front, &[permission]).await;
        let listed = service.get(&front, path).await.json();
        assert!(!listed.as_array().unwrap().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_service_key_is_refused_in_a_browser_even_on_our_own_pages() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let service = service_key(&mut ada, &front, &["people.read"]).await;
    for (name, value) in [
        ("origin", crate::support::ORIGIN),
        ("sec-fetch-site", "same-origin"),
        ("cookie", "theme=dark"),
    ] {
        let mut request = service.request(Method::GET, "/api/v1/people");
        request.headers_mut().insert(name, value.parse().unwrap());
        let refused = front.send(request).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code().as_str()),
            (403, "access.service_key_in_browser"),
            "{name}"
        );
    }
    let mut request = service.request(Method::GET, "/api/v1/people");
    let node = request.headers_mut();
    node.insert("sec-fetch-mode", "cors".parse().unwrap());
    assert_eq!(front.send(request).await.status, 200);
}

#[tokio::test]
async fn a_service_key_goes_on_when_its_maker_leaves_and_ends_when_it_is_revoked() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut own = key(&mut ada, &front, &["people.read"]).await;
    let mut service = service_key(&mut ada, &front, &["people.read"]).await;
    let keys = ada.get(&front, "/api/v1/service-keys").await.json();
    let path = format!("/api/v1/service-keys/{}", keys[0]["id"].as_str().unwrap());
    front
        .fate("update identity.memberships set removed_at = now()")
        .await;
    assert_eq!(own.get(&front, "/api/v1/people").await.status, 401);
    assert_eq!(service.get(&front, "/api/v1/people").await.status, 200);
    front
        .fate("update identity.memberships set removed_at = null")
        .await;
    assert_eq!(ada.delete(&front, &path).await.status, 204);
    assert_eq!(service.get(&front, "/api/v1/people").await.status, 401);
    assert_eq!(ada.delete(&front, &path).await.status, 404);
}

#[tokio::test]
async fn a_service_key_is_made_with_reading_permissions_that_the_maker_holds() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let form =
        json!({ "name": "x", "scopes": ["people.read", "audit.read"], "expires_in_days": 1 });
    let writes = json!({ "name": "x", "scopes": ["approvals.propose"], "expires_in_days": 1 });
    let refused = ada.post(&front, "/api/v1/service-keys", &writes).await;
    assert_eq!(refused.code(), "access.key_invalid");
    // An admin whose level no longer allows audit.read cannot hand it on.
    front
        .fate("update access.permissions set least_level = 100 where name = 'audit.read'; update identity.memberships set role = 'ADMIN', level = 80")
        .await;
    let refused = ada.post(&front, "/api/v1/service-keys", &form).await;
    assert_eq!(refused.code(), "access.key_beyond_maker");
    front
        .fate("update identity.sessions set authenticated_at = now() - interval '11 minutes'")
        .await;
    let refused = ada.post(&front, "/api/v1/service-keys", &form).await;
    assert_eq!(refused.code(), "identity.not_recent");
}

#[tokio::test]
async fn a_service_key_is_made_on_its_page_and_shown_once() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let form = [
        ("name", "Nightly export"),
        ("scopes", "people.read"),
        ("expires_in_days", "365"),
    ];
    let made = ada.submit(&front, "/access/service-keys", &form).await;
    assert_eq!(
        (made.status.as_u16(), made.header("cache-control")),
        (200, "no-store")
    );
    let (_, rest) = made.text.split_once("value=\"css_").unwrap();
    let key = format!("css_{}", rest.split('"').next().unwrap());
    let list = ada.get(&front, "/access/service-keys").await;
    assert!(list.text.contains("Nightly export") && !list.text.contains(&key));
    let (_, rest) = list
        .text
        .split_once("action=\"/access/service-keys/")
        .unwrap();
    let path = format!("/access/service-keys/{}", rest.split('"').next().unwrap());
    let revoked = ada.submit(&front, &path, &[]).await;
    assert_eq!(revoked.header("location"), "/access/service-keys");
}

const PAGE: &str = "https://www.example.com";
const PASSED: &str =
    "insert into trust.evidence (id, control, claim, status, evidence, duration_ms)
    values (gen_random_uuid(), 'db.lint', 'AC-01', 'pass', '', 1)";

async fn anonymous_key(owner: &mut Client, front: &Front) -> Client {
    let form = json!({ "name": "Status page", "origins": [PAGE], "expires_in_days": 365 });
    let made = owner.post(front, "/api/v1/anonymous-keys", &form).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let key = made.json()["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("csa_"));
    Client {
        key: Some(key),
        ..Client::default()
    }
}

async fn about(key: &Client, front: &Front, origin: Option<&str>) -> crate::support::Answer {
    let mut request = key.request(Method::GET, "/api/v1/public/about");
    if let Some(origin) = origin {
        let headers = request.headers_mut();
        headers.insert("origin", origin.parse().unwrap());
    }
    front.send(request).await
}

#[tokio::test]
async fn an_anonymous_key_shows_the_name_of_an_open_organisation_and_nothing_else() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut page = anonymous_key(&mut ada, &front).await;
    assert_eq!(about(&page, &front, Some(PAGE)).await.status, 401);
    front.fate(PASSED).await;
    let on = ada
        .post(&front, "/api/v1/anonymous-access", &json!({}))
        .await;
    assert_eq!(on.status, 204, "{}", on.text);
    let shown = about(&page, &front, Some(PAGE)).await;
    assert_eq!(shown.json(), json!({ "name": "ada works" }));
    assert_eq!(shown.header("access-control-allow-origin"), PAGE);
    assert_eq!(shown.header("vary"), "Origin");
    for other in [None, Some("https://example.com"), Some("null")] {
        let refused = about(&page, &front, other).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code().as_str()),
            (403, "access.origin_not_listed")
        );
        let headers = &refused.headers;
        assert!(!headers.contains_key("access-control-allow-origin"));
    }
    for path in ["/api/v1/people", "/api/v1/me", "/api/v1/logs", "/people"] {
        let refused = page.get(&front, path).await;
        assert_eq!(refused.status.as_u16() / 100, 4, "{path}");
    }
    assert_eq!(
        ada.delete(&front, "/api/v1/anonymous-access").await.status,
        204
    );
    assert_eq!(about(&page, &front, Some(PAGE)).await.status, 401);
}

#[tokio::test]
async fn anonymous_access_is_not_turned_on_while_row_level_security_is_not_shown_to_hold() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let page = anonymous_key(&mut ada, &front).await;
    let path = "/api/v1/anonymous-access";
    let refused = ada.post(&front, path, &json!({})).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (409, "access.anonymous_not_opened")
    );
    front.fate(PASSED).await;
    front
        .fate("update trust.evidence set checked_at = now() - interval '16 minutes'")
        .await;
    assert_eq!(ada.post(&front, path, &json!({})).await.status, 409);
    front.fate(PASSED).await;
    front
        .fate("update identity.sessions set authenticated_at = now() - interval '11 minutes'")
        .await;
    let refused = ada.post(&front, path, &json!({})).await;
    assert_eq!(refused.code(), "identity.not_recent");
    front
        .fate("update identity.sessions set authenticated_at = now()")
        .await;
    assert_eq!(ada.post(&front, path, &json!({})).await.status, 204);
    assert_eq!(about(&page, &front, Some(PAGE)).await.status, 200);
    // A finding closes what is open.
    front
        .fate("update trust.evidence set status = 'fail'")
        .await;
    let closed = about(&page, &front, Some(PAGE)).await;
    assert_eq!(
        (closed.status.as_u16(), closed.code().as_str()),
        (503, "access.anonymous_closed")
    );
}

#[tokio::test]
async fn a_browser_may_ask_before_it_shows_an_anonymous_key_and_for_nothing_else() {
    let front = front().await;
    let asked = Client::default().request(Method::OPTIONS, "/api/v1/public/about");
    let told = front.send(asked).await;
    assert_eq!(told.status, 204);
    assert_eq!(told.header("access-control-allow-origin"), "*");
    assert_eq!(told.header("access-control-allow-headers"), "authorization");
    let asked = Client::default().request(Method::OPTIONS, "/api/v1/people");
    let told = front.send(asked).await;
    assert_eq!(told.status, 405);
    let headers = &told.headers;
    assert!(!headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn anonymous_access_is_turned_on_and_off_on_its_page() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let path = "/access/anonymous-keys";
    let page = ada.get(&front, path).await;
    assert!(page.text.contains("has not looked within 15 minutes"));
    let refused = ada.submit(&front, "/access/anonymous-keys/on", &[]).await;
    assert_eq!(refused.header("location"), path);
    assert!(ada.get(&front, path).await.text.contains("has not looked"));
    front.fate(PASSED).await;
    ada.submit(&front, "/access/anonymous-keys/on", &[]).await;
    let page = ada.get(&front, path).await;
    assert!(page.text.contains("Anonymous access is on."));
    let form = [
        ("name", "Status page"),
        ("origins", "https://www.example.com/about"),
        ("expires_in_days", "30"),
    ];
    let refused = ada.submit(&front, path, &form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("is no origin"));
    let form = [
        ("name", "Status page"),
        ("origins", "https://www.example.com\r\nhttps://example.com"),
        ("expires_in_days", "30"),
    ];
    let made = ada.submit(&front, path, &form).await;
    assert!(made.text.contains("value=\"csa_"));
    ada.submit(&front, "/access/anonymous-keys/off", &[]).await;
    let page = ada.get(&front, path).await;
    assert!(page.text.contains("Anonymous access is off") && page.text.contains("Status page"));
}
