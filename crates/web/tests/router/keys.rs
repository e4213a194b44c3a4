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
