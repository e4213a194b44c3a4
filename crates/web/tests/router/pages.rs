//! Pages as a browser gets them, without a broker.

use http::{Method, header};
use serde_json::json;

use crate::api::{key, upload};
use crate::support::{Answer, Client, Front, front};

/// The value of the form field that every form carries.
fn token(answer: &Answer) -> String {
    let (_, rest) = answer.text.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A browser: sends no token by header.
async fn browser(front: &Front, name: &str) -> Client {
    let owner = front.owner(name).await;
    Client {
        csrf: String::new(),
        ..owner
    }
}

#[tokio::test]
async fn somebody_signs_up_and_in_by_the_forms_and_lands_where_they_were_going() {
    let front = front().await;
    let mut ada = Client::default();
    let start = ada.get(&front, "/approvals?x=1").await;
    assert_eq!(
        (start.status.as_u16(), start.header("location")),
        (303, "/sign-in?next=%2Fapprovals%3Fx%3D1")
    );
    let form = ada.get(&front, "/sign-up").await;
    let fields = [
        ("csrf", token(&form)),
        ("name", "Ada".to_owned()),
        ("organisation", "Works".to_owned()),
        ("email", "ada@example.com".to_owned()),
        ("password", "correct horse battery staple".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(ada.submit(&front, "/sign-up", &fields).await.status, 200);
    let form = ada.get(&front, start.header("location")).await;
    let csrf = token(&form);
    let fields = [
        ("csrf", csrf.as_str()),
        ("next", "/approvals?x=1"),
        ("email", "ada@example.com"),
        ("password", "correct horse battery staple"),
    ];
    let signed_in = ada.submit(&front, "/sign-in", &fields).await;
    assert_eq!(
        (signed_in.status.as_u16(), signed_in.header("location")),
        (303, "/approvals?x=1")
    );
    // Nobody has shown yet that the address is hers.
    assert_eq!(ada.get(&front, "/approvals?x=1").await.status, 403);
    testkit::app::vouch(&front.database, "ada@example.com").await;
    assert_eq!(ada.get(&front, "/approvals?x=1").await.status, 200);
    let out = ada.get(&front, "/sessions").await;
    let csrf = token(&out);
    let out = ada.submit(&front, "/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(out.header("location"), "/sign-in");
    assert_eq!(ada.get(&front, "/people").await.status, 303);
}

#[tokio::test]
async fn every_page_of_a_new_organisation_opens() {
    let front = front().await;
    let mut ada = browser(&front, "ada").await;
    for path in [
        "/",
        "/approvals",
        "/approvals/rows",
        "/connectors",
        "/connectors/apps/tracker/connect",
        "/connectors/apps/tracker-write/connect",
        "/connectors/apps/github/connect",
        "/insight",
        "/access/keys",
        "/people",
        "/sessions",
        "/audit",
        "/trust",
    ] {
        let page = ada.get(&front, path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{path}"
        );
        let nonce = page
            .header("content-security-policy")
            .split('\'')
            .nth(3)
            .unwrap();
        let nonce = nonce.strip_prefix("nonce-").unwrap();
        for script in page.text.split("<script").skip(1) {
            assert!(script.starts_with(&format!(" nonce=\"{nonce}\"")), "{path}");
        }
    }
    assert!(ada.get(&front, "/").await.text.contains("First steps"));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_with_the_whole_frame_for_somebody_signed_in() {
    let front = front().await;
    let mut ada = browser(&front, "ada").await;
    for path in [
        "/no-such-page",
        "/approvals/apr_01jd6w3z9m4q8v7t2y5x0n1k3c",
        "/connectors/con_01jd6w3z9m4q8v7t2y5x0n1k3c",
        "/connectors/apps/nothing/connect",
        "/insight/logs/log_01jd6w3z9m4q8v7t2y5x0n1k3c",
        "/assets/app.0000000000000000.css",
    ] {
        let page = ada.get(&front, path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text.contains("There is nothing here"), "{path}");
    }
    let page = ada.get(&front, "/no-such-page").await;
    assert!(page.text.contains("Devices and sessions"));
    let stranger = Client::default().get(&front, "/no-such-page").await;
    assert_eq!(stranger.status, 404);
    assert!(!stranger.text.contains("Devices and sessions"));
}

#[tokio::test]
async fn a_form_without_its_token_or_from_elsewhere_changes_nothing() {
    let front = front().await;
    let mut ada = browser(&front, "ada").await;
    let refused = ada
        .submit(&front, "/sessions/end-others", &[("csrf", "made up")])
        .await;
    assert_eq!(refused.status, 403);
    let refused = ada.submit(&front, "/sign-out", &[]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("web.csrf"));
    let mut request = ada.request(Method::POST, "/sign-out");
    request
        .headers_mut()
        .insert(header::ORIGIN, "https://evil.example".parse().unwrap());
    let refused = ada.send(&front, request).await;
    assert!(refused.text.contains("web.cross_site"));
    assert_eq!(ada.get(&front, "/people").await.status, 200);
}

#[tokio::test]
async fn an_api_key_opens_no_page() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut program = key(&mut ada, &front, &["insight.read"]).await;
    let refused = program.get(&front, "/insight").await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("web.bearer_on_page"));
}

#[tokio::test]
async fn an_app_is_asked_for_by_a_page_that_says_why_and_a_wrong_address_comes_back_to_it() {
    let front = front().await;
    let mut ada = browser(&front, "ada").await;
    let path = "/connectors/apps/tracker/connect";
    let page = ada.get(&front, path).await;
    assert!(page.text.contains("issues:read") && !page.text.contains("issues:write"));
    assert!(
        page.text
            .contains("http://localhost:8080/connectors/callback")
    );
    let csrf = token(&page);
    let fields = [
        ("csrf", csrf.as_str()),
        ("instance_url", "not an address"),
        ("client_id", "countersign"),
    ];
    let wrong = ada.submit(&front, path, &fields).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("value=\"not an address\""));
    let fields = [
        ("csrf", csrf.as_str()),
        ("instance_url", "https://tracker.example.com"),
        ("client_id", "countersign"),
        ("client_secret", "very-secret"),
    ];
    let unreachable = ada.submit(&front, path, &fields).await;
    assert_eq!(unreachable.status, 503);
    assert!(!unreachable.text.contains("very-secret"));
    // The second try goes on with the connection of the first.
    ada.submit(&front, path, &fields).await;
    let all = ada.get(&front, "/api/v1/connections").await.json();
    assert_eq!(all.as_array().unwrap().len(), 1);
    let id = all[0]["id"].as_str().unwrap();
    let page = ada.get(&front, &format!("/connectors/{id}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("/api/v1/issues"));
    assert!(page.text.contains("Reconnect first."));
}

#[tokio::test]
async fn a_provider_that_says_no_is_told_and_a_callback_out_of_nowhere_connects_nothing() {
    let front = front().await;
    let mut ada = browser(&front, "ada").await;
    let back = ada
        .get(&front, "/connectors/callback?error=access_denied&state=x")
        .await;
    assert_eq!(
        (back.status.as_u16(), back.header("location")),
        (303, "/connectors")
    );
    let page = ada.get(&front, "/connectors").await;
    assert!(page.text.contains("You said no at the app"));
    // Once.
    assert!(
        !ada.get(&front, "/connectors")
            .await
            .text
            .contains("You said no at the app")
    );
    let back = ada.get(&front, "/connectors/callback?state=x&code=y").await;
    assert_eq!(back.header("location"), "/connectors");
}

#[tokio::test]
async fn a_log_shows_where_work_waits() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let added = ada
        .post(&front, "/api/v1/logs", &json!({ "name": "Tickets" }))
        .await;
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let csv = crate::api::tickets();
    upload(
        &mut ada,
        &front,
        &format!("/api/v1/logs/{id}/content"),
        &csv,
    )
    .await;
    let page = ada.get(&front, &format!("/insight/logs/{id}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Where work waits") && page.text.contains("<svg"));
    assert!(ada.get(&front, "/").await.text.contains("Tickets"));
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_known_by_their_tag() {
    let front = front().await;
    let mut client = Client::default();
    for asset in ui::assets::all() {
        let path = format!("/assets/{}", asset.file_name);
        let answer = client.get(&front, &path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), asset.content_type);
        assert!(answer.header("cache-control").contains("immutable"));
        assert_eq!(answer.header("set-cookie"), "");
        let mut again = client.request(Method::GET, &path);
        again.headers_mut().insert(
            header::IF_NONE_MATCH,
            answer.header("etag").parse().unwrap(),
        );
        assert_eq!(front.send(again).await.status, 304);
    }
}
