//! ID-08 against `oidc-provider`: an organisation's own provider, from its settings to who comes by it.

use demo::unused_address;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::Connection as _;
use testkit::app::{Options, TestApp};
use testkit::provider::Provider;

use super::oidc::{API, allow};
use crate::providers::node::NodeProvider;
use crate::providers::round_trip::random_text;
use crate::sql::fate;
use crate::visitor::{Visitor, follow, leave};
use crate::world::{PASSWORD, host_of};

const SETTINGS: &str = "/settings/single-sign-on";

/// The newest provider's identifier.
async fn provider_id(app: &TestApp) -> String {
    let options = app.database.superuser_options();
    let mut connection = sqlx::PgConnection::connect_with(&options).await.unwrap();
    sqlx::query_scalar("select audit.text_id('idp', id) from identity.providers")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_organisations_people_come_by_its_own_provider() {
    let provider = Provider::in_front_of("http://127.0.0.1:1", API).await;
    let app = TestApp::start_with(Options {
        private: vec![host_of(provider.url())],
        ..Options::default()
    })
    .await;
    let mut owner = Visitor::sign_up(&app, &unused_address(), PASSWORD).await;
    let secret = random_text();
    for (path, form) in [
        ("domains", vec![("domain", "works.example")]),
        (
            "providers",
            vec![
                ("name", "Works ID"),
                ("issuer", provider.url()),
                ("client_id", "countersign"),
                ("client_secret", secret.as_str()),
                ("level", "20"),
            ],
        ),
    ] {
        let path = format!("{SETTINGS}/{path}");
        let shown = owner.post(SETTINGS, &path, &form).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    }
    // As DNS would have it: identity::sign_on.
    fate(&app, "update identity.domains set verified_at = now()").await;
    let door = format!("/sign-in/sso/{}", provider_id(&app).await);
    let callback = format!("{door}/callback");
    let node = NodeProvider::start(
        "issuer.mjs",
        &json!({
            "issuer": provider.url(), "client_id": "countersign", "client_secret": secret,
            "redirect_uri": format!("{}{callback}", app.url),
            "people": {
                "alice": { "email": "alice@works.example", "email_verified": true, "name": "Alice" },
                "bob": { "email": "bob@elsewhere.example", "email_verified": true },
            },
        }),
    );
    provider.upstream(&node.url);
    // Tried, and turned on.
    let settings = format!("{SETTINGS}/providers/{}", provider_id(&app).await);
    let page = leave(&mut owner, SETTINGS, &format!("{settings}/test")).await;
    let tried = follow(&mut owner, &allow(&page, "alice", &callback).await).await;
    assert!(tried.text.contains("alice@works.example"), "{}", tried.text);
    owner.post(SETTINGS, &format!("{settings}/on"), &[]).await;
    // In, and in again as the same person.
    let mut people = Vec::new();
    for _ in 0..2 {
        let mut alice = Visitor::new(&app.url);
        let page = leave(&mut alice, &door, &door).await;
        let shown = follow(&mut alice, &allow(&page, "alice", &callback).await).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
        let (status, me) = alice.me().await;
        assert_eq!(status, StatusCode::OK, "{me}");
        assert_eq!(me["email"], "alice@works.example");
        people.push(me["user"].clone());
    }
    assert_eq!(people[0], people[1]);
    // And nobody from elsewhere.
    let mut bob = Visitor::new(&app.url);
    let page = leave(&mut bob, &door, &door).await;
    let shown = follow(&mut bob, &allow(&page, "bob", &callback).await).await;
    assert!(
        shown.text.contains("identity.provider_outside"),
        "{}",
        shown.text
    );
    assert_eq!(bob.me().await.0, StatusCode::UNAUTHORIZED);
}
