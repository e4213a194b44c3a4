//! ID-04, ID-06, AC-08: what ends on one front has ended on every other, at the very next request.

use reqwest::header::{AUTHORIZATION, HOST, HeaderMap};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::access::colleague;
use crate::oauth::client::{Client, plain, text};
use crate::world::{PASSWORD, World};
use demo::Person;

/// Two fronts on one database.
struct Fronts {
    world: World,
    other: String,
    http: reqwest::Client,
}

impl Fronts {
    async fn start() -> Self {
        let mut world = World::start().await;
        let other = world.app.another_front().await;
        let http = plain();
        Self { world, other, http }
    }

    /// What the other front answers.
    async fn at_other(&self, path: &str, credentials: HeaderMap) -> StatusCode {
        let host = self.world.app.url.trim_start_matches("http://");
        let asked = self
            .http
            .get(format!("{}{path}", self.other))
            .headers(credentials)
            .header(HOST, host);
        asked.send().await.unwrap().status()
    }

    async fn again(&self) -> Person {
        let email = self.world.owner.me["email"].as_str().unwrap();
        Person::sign_in(&self.world.app.url, email, PASSWORD)
            .await
            .unwrap()
    }
}

fn bearer(token: &str) -> HeaderMap {
    let value = format!("Bearer {token}").parse().unwrap();
    [(AUTHORIZATION, value)].into_iter().collect()
}

#[tokio::test]
async fn a_session_that_ends_on_one_front_is_over_on_the_other() {
    let fronts = Fronts::start().await;
    for how in ["one", "others"] {
        let person = fronts.again().await;
        let asked = fronts.at_other("/api/v1/me", person.credentials()).await;
        assert_eq!(asked, StatusCode::OK, "{how}");
        let (who, path) = match how {
            "one" => (&person, "/sign-out"),
            _ => (&fronts.world.owner, "/sessions/end-others"),
        };
        let answer = who.submit(path, &[]).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{how}");
        let asked = fronts.at_other("/api/v1/me", person.credentials()).await;
        assert_eq!(asked, StatusCode::UNAUTHORIZED, "{how}");
    }
}

#[tokio::test]
async fn keys_and_grants_that_are_revoked_on_one_front_are_refused_by_the_other() {
    let fronts = Fronts::start().await;
    let owner = &fronts.world.owner;
    let form = json!({ "name": "Key", "scopes": ["insight.read"], "expires_in_days": 1 });
    let made = owner
        .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED)
        .await
        .unwrap();
    let key = made["key"].as_str().unwrap();
    let client = Client::register(&fronts.world.app.url).await;
    let tokens = client.tokens(owner, &["insight.read"]).await;
    let access = text(&tokens, "access_token");
    let grants = owner.get("/api/v1/grants").await.unwrap();
    let grant = grants[0]["id"].as_str().unwrap();
    let id = made["id"].as_str().unwrap();
    for (token, path) in [
        (key, format!("/api/v1/api-keys/{id}")),
        (access, format!("/api/v1/grants/{grant}")),
    ] {
        let asked = fronts.at_other("/api/v1/me", bearer(token)).await;
        assert_eq!(asked, StatusCode::OK, "{path}");
        let answer = owner.send(Method::DELETE, &path, None).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{path}");
        let asked = fronts.at_other("/api/v1/me", bearer(token)).await;
        assert_eq!(asked, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn who_is_lowered_or_removed_on_one_front_is_so_on_the_other() {
    let fronts = Fronts::start().await;
    let (app, owner) = (&fronts.world.app, &fronts.world.owner);
    let colleague = colleague(app, owner, "ADMIN-80").await;
    let reads = async || {
        fronts
            .at_other("/api/v1/audit/entries", colleague.credentials())
            .await
    };
    assert_eq!(reads().await, StatusCode::OK);
    let id = colleague.me["user"].as_str().unwrap();
    let lower = [("standing", "PARTICIPANT-40")];
    let answer = owner
        .submit(&format!("/people/{id}/standing"), &lower)
        .await;
    assert_eq!(answer.unwrap().status(), StatusCode::SEE_OTHER);
    assert_eq!(reads().await, StatusCode::FORBIDDEN);
    let answer = owner.submit(&format!("/people/{id}/remove"), &[]).await;
    assert_eq!(answer.unwrap().status(), StatusCode::SEE_OTHER);
    assert_eq!(reads().await, StatusCode::UNAUTHORIZED);
}
