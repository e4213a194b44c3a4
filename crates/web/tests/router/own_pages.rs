//! The pages about people themselves: the door, sessions, keys, the audit log, trust.

use serde_json::json;

use crate::support::{Answer, Client, Front, front};

const PASSWORD: &str = "correct horse battery staple";

/// The value of a form's hidden field.
fn field(page: &Answer, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.text.split_once(&mark).unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// Opens the door's page at `path` and sends its form.
async fn knock(client: &mut Client, front: &Front, path: &str, form: &[(&str, &str)]) -> Answer {
    let page = client.get(front, path).await;
    let (csrf, next) = (field(&page, "csrf"), field(&page, "next"));
    let mut all = vec![("csrf", csrf.as_str()), ("next", next.as_str())];
    all.extend(form);
    let action = path.split('?').next().unwrap();
    client.submit(front, action, &all).await
}

fn has_session(client: &Client) -> bool {
    client.cookies.iter().any(|(name, _)| name == "session")
}

#[tokio::test]
async fn a_person_signs_up_and_in_and_goes_on_to_where_they_wanted() {
    let front = front().await;
    let mut ada = Client::default();
    let account = [
        ("name", "Ada"),
        ("organisation", "Works"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    let first = knock(&mut ada, &front, "/sign-up", &account).await;
    let again = knock(&mut ada, &front, "/sign-up", &account).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200));
    // The nonce and nothing else differs between a free address and a taken one.
    let plain = |answer: &Answer| {
        let (_, body) = answer.text.split_once("<body").unwrap();
        body.to_owned()
    };
    assert_eq!(plain(&first), plain(&again));
    let wanted = ada.get(&front, "/people").await;
    assert_eq!(wanted.header("location"), "/sign-in?next=%2Fpeople");
    let credentials = [("email", "ada@example.com"), ("password", PASSWORD)];
    let there = knock(&mut ada, &front, "/sign-in?next=%2Fpeople", &credentials).await;
    assert_eq!(
        (there.status.as_u16(), there.header("location")),
        (303, "/people")
    );
    let people = ada.get(&front, "/people").await;
    assert!(people.text.contains("ada@example.com"));
    let csrf = field(&people, "csrf");
    let out = ada.submit(&front, "/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(out.header("location"), "/sign-in");
    assert!(!has_session(&ada));
}

#[tokio::test]
async fn a_refused_form_says_what_is_wrong_and_keeps_no_password() {
    let front = front().await;
    let mut client = Client::default();
    let account = [
        ("name", "Ada"),
        ("email", "nonsense"),
        ("password", "p4ssw0rd!!"),
    ];
    let refused = knock(&mut client, &front, "/sign-up", &account).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("name@example.com") && refused.text.contains("value=\"Ada\""));
    assert!(!refused.text.contains("p4ssw0rd!!"));
    let credentials = [("email", "ada@example.com"), ("password", "wrong wrong")];
    let refused = knock(&mut client, &front, "/sign-in", &credentials).await;
    assert_eq!(refused.status, 401);
    assert!(refused.text.contains("do not go together") && !refused.text.contains("wrong wrong"));
    assert!(!has_session(&client));
}

#[tokio::test]
async fn the_door_leads_to_no_other_host() {
    let front = front().await;
    front.owner("ada").await;
    for next in [
        "//evil.example",
        "/%5Cevil.example",
        "https%3A%2F%2Fevil.example",
    ] {
        let mut client = Client::default();
        let credentials = [("email", "ada@example.com"), ("password", PASSWORD)];
        let path = format!("/sign-in?next={next}");
        let there = knock(&mut client, &front, &path, &credentials).await;
        assert_eq!(there.header("location"), "/", "{next}");
        // Nor when the hidden field itself was changed.
        let page = client.get(&front, "/sign-in").await;
        let mut form = vec![
            ("csrf", field(&page, "csrf")),
            ("next", "//evil.example".to_owned()),
        ];
        form.extend(credentials.map(|(name, value)| (name, value.to_owned())));
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let there = client.submit(&front, "/sign-in", &form).await;
        assert_eq!(there.header("location"), "/");
    }
}

#[tokio::test]
async fn a_form_without_the_browsers_own_token_does_nothing() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    ada.csrf.clear();
    for path in [
        "/sign-in",
        "/sign-up",
        "/sign-out",
        "/access/keys",
        "/sessions/end-others",
    ] {
        let refused = ada.submit(&front, path, &[("csrf", "guessed")]).await;
        assert_eq!(refused.status, 403, "{path}");
    }
    assert_eq!(ada.get(&front, "/people").await.status, 200);
}

#[tokio::test]
async fn looking_at_a_link_does_not_use_it_up_and_using_it_does() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let made = ada
        .post(&front, "/api/v1/sign-in-links", &json!({}))
        .await
        .json();
    let url = made["url"].as_str().unwrap();
    let path = url.strip_prefix(crate::support::ORIGIN).unwrap();
    let mut phone = Client::default();
    for _ in 0..2 {
        let page = phone.get(&front, path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Continue as ada") && !has_session(&phone));
    }
    let page = phone.get(&front, path).await;
    let form = [
        ("csrf", field(&page, "csrf")),
        ("token", field(&page, "token")),
    ];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let used = phone.submit(&front, "/sign-in/link", &form).await;
    assert_eq!((used.status.as_u16(), used.header("location")), (303, "/"));
    assert!(has_session(&phone));
    let mut thief = Client::default();
    let spent = thief.get(&front, path).await;
    assert_eq!(spent.status, 401);
    let made_up = thief.get(&front, "/sign-in/link?token=made-up").await;
    assert_eq!(made_up.status, 401);
    assert!(spent.text.contains("no longer works") && made_up.text.contains("no longer works"));
}

#[tokio::test]
async fn a_key_is_shown_once_and_fails_after_it_was_revoked() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let form = [
        ("name", "Desk"),
        ("scopes", "people.read"),
        ("expires_in_days", "30"),
    ];
    let made = ada.submit(&front, "/access/keys", &form).await;
    assert_eq!(
        (made.status.as_u16(), made.header("cache-control")),
        (200, "no-store")
    );
    let (_, rest) = made.text.split_once("value=\"csk_").unwrap();
    let key = format!("csk_{}", rest.split('"').next().unwrap());
    let list = ada.get(&front, "/access/keys").await;
    assert!(list.text.contains("Desk") && !list.text.contains(&key));
    let mut program = Client {
        key: Some(key),
        ..Client::default()
    };
    assert_eq!(program.get(&front, "/api/v1/people").await.status, 200);
    assert_eq!(program.get(&front, "/people").await.status, 400);
    let (_, rest) = list.text.split_once("action=\"/access/keys/").unwrap();
    let path = format!("/access/keys/{}", rest.split('"').next().unwrap());
    let revoked = ada.submit(&front, &path, &[]).await;
    assert_eq!(revoked.header("location"), "/access/keys");
    let list = ada.get(&front, "/access/keys").await;
    assert!(list.text.contains("The key was revoked.") && list.text.contains("Revoked"));
    assert_eq!(program.get(&front, "/api/v1/people").await.status, 401);
    assert_eq!(ada.submit(&front, &path, &[]).await.status, 404);
}

#[tokio::test]
async fn a_key_is_refused_what_is_for_people_and_the_form_stays() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let page = ada.get(&front, "/access/keys").await;
    assert!(!page.text.contains("value=\"approvals.decide\""));
    let form = [
        ("name", "Desk"),
        ("scopes", "approvals.decide"),
        ("expires_in_days", "30"),
    ];
    let refused = ada.submit(&front, "/access/keys", &form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("for people only") && refused.text.contains("value=\"Desk\""));
}

#[tokio::test]
async fn a_key_is_made_by_somebody_who_has_just_shown_who_they_are() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    front
        .fate("update identity.sessions set authenticated_at = now() - interval '11 minutes'")
        .await;
    let page = ada.get(&front, "/access/keys").await;
    assert!(page.text.contains("href=\"/prove?next=/access/keys\""));
    assert!(!page.text.contains("name=\"expires_in_days\""));
    let form = [
        ("name", "Desk"),
        ("scopes", "people.read"),
        ("expires_in_days", "30"),
    ];
    let asked = ada.submit(&front, "/access/keys", &form).await;
    assert_eq!(
        (asked.status.as_u16(), asked.header("location")),
        (303, "/prove")
    );
    let form = json!({ "name": "Desk", "scopes": ["people.read"], "expires_in_days": 30 });
    let refused = ada.post(&front, "/api/v1/api-keys", &form).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["code"], "identity.not_recent");
    let keys = ada.get(&front, "/api/v1/api-keys").await.json();
    assert_eq!(keys, json!([]));
    let proof = [
        ("password", "correct horse battery staple"),
        ("next", "/access/keys"),
    ];
    let proved = ada.submit(&front, "/prove", &proof).await;
    assert_eq!(proved.header("location"), "/access/keys");
    let made = ada.post(&front, "/api/v1/api-keys", &form).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

#[tokio::test]
async fn all_other_sessions_end_and_this_one_stays() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut phone = Client::default();
    let credentials = [("email", "ada@example.com"), ("password", PASSWORD)];
    knock(&mut phone, &front, "/sign-in", &credentials).await;
    assert_eq!(phone.get(&front, "/people").await.status, 200);
    let ended = ada.submit(&front, "/sessions/end-others", &[]).await;
    assert_eq!(ended.header("location"), "/sessions");
    let page = ada.get(&front, "/sessions").await;
    assert!(page.text.contains("One session was ended.") && page.text.contains("This one"));
    assert_eq!(phone.get(&front, "/people").await.status, 303);
    // It was said once.
    assert!(
        !ada.get(&front, "/sessions")
            .await
            .text
            .contains("One session was ended.")
    );
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut bo = front.owner("bo").await;
    let sessions = ada.get(&front, "/api/v1/sessions").await.json();
    let path = format!("/sessions/{}/end", sessions[0]["id"].as_str().unwrap());
    assert_eq!(bo.submit(&front, &path, &[]).await.status, 404);
    assert_eq!(ada.get(&front, "/people").await.status, 200);
}

#[tokio::test]
async fn the_audit_log_shows_what_happened_and_nothing_of_others() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    front.owner("bo").await;
    let form = [
        ("name", "Desk"),
        ("scopes", "people.read"),
        ("expires_in_days", "30"),
    ];
    ada.submit(&front, "/access/keys", &form).await;
    ada.post(&front, "/api/v1/sign-in-links", &json!({})).await;
    let log = ada.get(&front, "/audit?action=access.").await;
    assert_eq!(log.status, 200, "{}", log.text);
    assert!(log.text.contains("<code>access.api_key_created</code>"));
    assert!(!log.text.contains("<code>identity."));
    let whole = ada.get(&front, "/audit").await;
    assert!(
        whole
            .text
            .contains("<code>identity.sign_in_link_made</code>")
    );
    assert!(!whole.text.contains("<td>bo</td>"));
    assert_eq!(ada.get(&front, "/audit?before=nonsense").await.status, 400);
    // Nothing was sequenced here, so there is nothing to keep.
    assert_eq!(ada.get(&front, "/audit/checkpoint").await.status, 404);
}

#[tokio::test]
async fn anyone_sees_the_trust_page_and_a_person_sees_it_in_their_frame() {
    let front = front().await;
    let mut visitor = Client::default();
    let page = visitor.get(&front, "/trust").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("AC-01") && page.text.contains("href=\"/sign-in\""));
    let mut ada = front.owner("ada").await;
    let page = ada.get(&front, "/trust").await;
    assert!(page.text.contains("ada works") && page.text.contains("AC-01"));
}

#[tokio::test]
async fn an_asset_may_be_kept_for_ever_and_one_of_another_build_is_not_there() {
    let front = front().await;
    let mut client = Client::default();
    let name = &ui::assets::by_name("app.css").unwrap().file_name;
    let asset = client.get(&front, &format!("/assets/{name}")).await;
    assert_eq!(asset.status, 200);
    assert_eq!(
        asset.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(asset.header("content-type"), "text/css; charset=utf-8");
    assert!(client.cookies.is_empty());
    let stale = client.get(&front, "/assets/app.0000000000000000.css").await;
    assert_eq!(
        (stale.status.as_u16(), stale.header("cache-control")),
        (404, "no-store")
    );
}
