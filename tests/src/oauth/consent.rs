//! Who may say yes, and where an answer may go.

use demo::{Person, unused_address};
use reqwest::{Method, StatusCode};

use super::client::{Client, REDIRECT, parameter, returned};
use crate::world::{PASSWORD, World};

#[tokio::test]
async fn nothing_is_sent_where_the_client_did_not_register() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    for uri in [
        "http://127.0.0.1:8910/callback/more",
        "http://127.0.0.1:8910/callback/../other",
        "http://127.0.0.1:8910/callback%2f..%2fother",
        "http://127.0.0.1:8910@evil.example/callback",
        "http://evil.example:8910@127.0.0.1/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://localhost:8910/callback",
        "http://127.0.0.1:8910/callback#fragment",
        "https://127.0.0.1:8910/callback",
        "http://evil.example/callback",
        "//evil.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        let changed = [("redirect_uri", uri)];
        let asked = client.ask(&world.owner, &changed).await;
        let answered = client
            .answer(&world.owner, &changed, ("allow", &["insight.read"]))
            .await;
        for answer in [asked, answered] {
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{uri}");
            for header in ["location", "refresh"] {
                assert!(!answer.headers().contains_key(header), "{uri}");
            }
        }
    }
    let unknown = [("client_id", "oac_0123456789")];
    let answer = client.ask(&world.owner, &unknown).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(!answer.headers().contains_key("location"));
}

#[tokio::test]
async fn a_person_who_is_signed_out_signs_in_first_and_comes_back() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let path = format!(
        "/oauth/authorize?client_id={}&redirect_uri={REDIRECT}",
        client.id
    );
    let answer = client
        .http
        .get(format!("{}{path}", world.app.url))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let to = answer.headers()["location"].to_str().unwrap();
    assert!(to.starts_with("/sign-in?next=%2Foauth%2Fauthorize"), "{to}");
}

#[tokio::test]
async fn only_our_own_page_says_yes_and_no_page_frames_it() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let page = client.ask(&world.owner, &[]).await;
    assert_eq!(page.headers()["x-frame-options"], "DENY");
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    // The person's cookie alone, from another site or without the form's token.
    let cookie = cookie(&world).await;
    let mut form = client.request(&[]);
    form.push(("decision".to_owned(), "allow".to_owned()));
    form.push(("granted".to_owned(), "insight.read".to_owned()));
    for (origin, site) in [
        ("https://evil.example", "cross-site"),
        (world.app.url.as_str(), "same-origin"),
    ] {
        let answer = client
            .http
            .post(format!("{}/oauth/authorize", world.app.url))
            .header("cookie", &cookie)
            .header("origin", origin)
            .header("sec-fetch-site", site)
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(
        world.fate("update oauth.codes set used_at = used_at").await,
        0
    );
}

async fn cookie(world: &World) -> String {
    let email = world.owner.me["person"]["email"].as_str();
    let email = email.or(world.owner.me["email"].as_str()).unwrap();
    let form = serde_json::json!({ "email": email, "password": PASSWORD });
    let answer = world
        .owner
        .send(Method::POST, "/api/v1/sessions", Some(&form))
        .await
        .unwrap();
    let set = answer.headers()["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn saying_no_tells_the_client_so_and_gives_nothing() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let answer = client
        .answer(&world.owner, &[], ("deny", &["insight.read"]))
        .await;
    let back = returned(&answer);
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&back, "state").as_deref(), Some(&*client.state));
    assert_eq!(parameter(&back, "iss").as_deref(), Some(&*world.app.url));
    assert_eq!(parameter(&back, "code"), None);
}

#[tokio::test]
async fn nobody_gives_more_than_they_hold_or_than_was_asked_for() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    // Not asked for.
    let answer = client
        .answer(&world.owner, &[], ("allow", &["audit.read"]))
        .await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    // Asked for, and for no client at all.
    let people_only = [("scope", "approvals.decide api_keys.manage grants.manage *")];
    let answer = client.ask(&world.owner, &people_only).await;
    let to = answer.headers()["location"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(parameter(&to, "error").as_deref(), Some("invalid_scope"));
    // Asked for, and not held.
    let learner = Person::sign_up(&world.app.url, &unused_address(), PASSWORD)
        .await
        .unwrap();
    world
        .fate(&format!(
            "update identity.memberships set role = 'PARTICIPANT', level = 20 where user_id = (select user_id from identity.sessions where token_hash = '\\x{}')",
            crate::world::session_hash(&learner).to_hex()
        ))
        .await;
    let page = client.ask(&learner, &[]).await.text().await.unwrap();
    assert!(
        page.contains("insight.read") && !page.contains(">connectors.read<"),
        "{page}"
    );
    let granted = ["insight.read", "connectors.read"];
    let answer = client.answer(&learner, &[], ("allow", &granted)).await;
    let code = parameter(&returned(&answer), "code").unwrap();
    let (_, tokens) = client.redeem(&code, &[]).await;
    assert_eq!(tokens["scope"], "insight.read");
}
