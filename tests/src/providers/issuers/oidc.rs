use broker::IssuerKind;
use demo::unused_address;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Options, TestApp, TestIssuer};
use testkit::provider::Provider;
use url::Url;

use crate::providers::logs::Logs;
use crate::providers::node::NodeProvider;
use crate::providers::round_trip::{parameter, random_text, with_parameter};
use crate::providers::unseen::secrets_of;
use crate::providers::visitor::{self, sent_to};
use crate::sql::fate;
use crate::visitor::{Visitor, fill, follow, leave};
use crate::world::{PASSWORD, host_of, rows_with};

/// What the server calls of it; consent is between a person and the issuer.
pub(super) const API: &[&str] = &["/.well-known/", "/jwks", "/token", "/me"];
const CALLBACK: &str = "/sign-in/with/standard/callback";

struct Standard {
    app: TestApp,
    provider: Provider,
    secret: String,
    logs: Logs,
    _node: NodeProvider,
}

impl Standard {
    async fn start(people: &Value) -> Self {
        let logs = Logs::recorded();
        let provider = Provider::in_front_of("http://127.0.0.1:1", API).await;
        let secret = random_text();
        let issuer = TestIssuer {
            id: "standard".to_owned(),
            kind: IssuerKind::Oidc {
                issuer: provider.url().to_owned(),
                domains: vec!["works.example".to_owned()],
            },
            client_id: "countersign".to_owned(),
            client_secret: secret.clone(),
        };
        let app = TestApp::start_with(Options {
            private: vec![host_of(provider.url())],
            issuers: vec![issuer],
            ..Options::default()
        })
        .await;
        let wishes = json!({
            "issuer": provider.url(), "client_id": "countersign", "client_secret": secret,
            "redirect_uri": format!("{}{CALLBACK}", app.url), "people": people,
        });
        let node = NodeProvider::start("issuer.mjs", &wishes);
        provider.upstream(&node.url);
        Self {
            app,
            provider,
            secret,
            logs,
            _node: node,
        }
    }

    /// Goes to the issuer by a button, says yes there as `who`, and comes back.
    async fn round_trip(
        &self,
        visitor: &mut Visitor,
        (on, path): (&str, &str),
        who: &str,
    ) -> crate::visitor::Shown {
        let page = leave(visitor, on, path).await;
        let back = allow(&page, who, CALLBACK).await;
        follow(visitor, &back).await
    }

    async fn sign_in(&self, who: &str) -> (Visitor, crate::visitor::Shown) {
        let mut visitor = Visitor::new(&self.app.url);
        let button = ("/sign-in", "/sign-in/with/standard");
        let shown = self.round_trip(&mut visitor, button, who).await;
        (visitor, shown)
    }
}

/// `who` signs in at the issuer and says yes. Returns where it sends them.
pub(super) async fn allow(page: &Url, who: &str, callback: &str) -> Url {
    let mut browser = visitor::Visitor::new();
    let mut at = page.clone();
    for _ in 0..10 {
        if at.path() == callback {
            return at;
        }
        let answer = browser.get(&at).await;
        if answer.status().is_redirection() {
            at = sent_to(&at, &answer);
            continue;
        }
        let shown = answer.text().await.unwrap();
        let form: &[(&str, &str)] = if shown.contains(r#"name="password""#) {
            &[("prompt", "login"), ("login", who), ("password", "any")]
        } else {
            &[("prompt", "consent")]
        };
        let answer = browser.post(&at, form).await;
        at = sent_to(&at, &answer);
    }
    panic!("the issuer never sent them back: {at}");
}

#[tokio::test]
async fn the_whole_way_from_signing_up_to_unlinking() {
    let elsewhere = unused_address();
    let people = json!({
        "alice": { "email": "alice@works.example", "email_verified": true, "name": "Alice" },
        "bob": { "email": elsewhere, "email_verified": false },
    });
    let world = Standard::start(&people).await;
    // Up.
    let (mut alice, shown) = world.sign_in("alice").await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    assert!(shown.text.contains("alice@works.example"), "{}", shown.text);
    let made = fill(&mut alice, &shown).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let (status, me) = alice.me().await;
    assert_eq!(
        (status, &me["email"]),
        (StatusCode::OK, &json!("alice@works.example"))
    );
    // In.
    let (mut again, shown) = world.sign_in("alice").await;
    assert_eq!(
        (shown.status, shown.location.as_str()),
        (StatusCode::SEE_OTHER, "/sessions")
    );
    assert_eq!(again.me().await.1["user"], me["user"]);
    // Nobody without an address that the issuer vouches for.
    let (mut bob, shown) = world.sign_in("bob").await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN, "{}", shown.text);
    assert_eq!(bob.me().await.0, StatusCode::UNAUTHORIZED);
    // An account that was there is linked by both proofs.
    let mut owner = Visitor::sign_up(&world.app, &elsewhere, PASSWORD).await;
    let link = ("/security", "/security/identities/link/standard");
    let shown = world.round_trip(&mut owner, link, "bob").await;
    assert_eq!(shown.location, "/security", "{}", shown.text);
    let (mut bob, shown) = world.sign_in("bob").await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(bob.me().await.1["user"], owner.me().await.1["user"]);
    // That session is not fresh; asked anew, the issuer proves it.
    let form = json!({ "name": "Key", "scopes": ["insight.read"], "expires_in_days": 1 });
    let key = (Method::POST, "/api/v1/api-keys");
    let (status, problem) = bob.api("/security", key.clone(), &form).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::FORBIDDEN, &json!("identity.not_recent"))
    );
    let prove = ("/prove?next=/security", "/prove/with/standard");
    let shown = world.round_trip(&mut bob, prove, "bob").await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(
        bob.api("/security", key, &form).await.0,
        StatusCode::CREATED
    );
    // A second factor is due after it as after a password.
    fate(
        &world.app,
        "update identity.organisations set mfa_required = true",
    )
    .await;
    let (mut half, _) = world.sign_in("bob").await;
    assert_eq!(half.me().await.1["code"], "identity.second_factor_due");
    fate(
        &world.app,
        "update identity.organisations set mfa_required = false",
    )
    .await;
    // Out: the owner has a password, and unlinks.
    let page = owner.get("/security").await.text;
    let path = crate::visitor::between(&page, "action=\"/security/identities/", "/unlink\"");
    let path = format!("/security/identities/{}/unlink", path.unwrap());
    assert_eq!(
        owner.post("/security", &path, &[]).await.status,
        StatusCode::SEE_OTHER
    );
    let (mut bob, shown) = world.sign_in("bob").await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN, "{}", shown.text);
    assert_eq!(bob.me().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn no_code_token_or_secret_stays_anywhere() {
    let people = json!({ "alice": { "email": "alice@works.example", "email_verified": true } });
    let world = Standard::start(&people).await;
    let mut alice = Visitor::new(&world.app.url);
    let page = leave(&mut alice, "/sign-in", "/sign-in/with/standard").await;
    let back = allow(&page, "alice", CALLBACK).await;
    let shown = follow(&mut alice, &back).await;
    let made = fill(&mut alice, &shown).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let mut secrets = secrets_of(&world.provider);
    secrets.extend([
        world.secret.clone(),
        parameter(&back, "code"),
        parameter(&back, "state"),
    ]);
    assert!(secrets.len() > 4, "too few crossed the door: {secrets:?}");
    for secret in &secrets {
        assert_eq!(rows_with(&world.app, secret).await, Vec::<String>::new());
        assert!(!world.logs.text().contains(secret.as_str()), "in the logs");
    }
}

/// RFC 9207 as the certified issuer does it.
#[tokio::test]
async fn its_answer_in_another_name_is_refused() {
    let people = json!({ "alice": { "email": "alice@works.example", "email_verified": true } });
    let world = Standard::start(&people).await;
    let mut alice = Visitor::new(&world.app.url);
    let page = leave(&mut alice, "/sign-in", "/sign-in/with/standard").await;
    let back = allow(&page, "alice", CALLBACK).await;
    assert_eq!(parameter(&back, "iss"), world.provider.url());
    let mixed_up = with_parameter(&back, "iss", "https://attacker.example");
    let shown = follow(&mut alice, &mixed_up).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN, "{}", shown.text);
    assert!(world.provider.seen(&Method::POST).is_empty());
}
