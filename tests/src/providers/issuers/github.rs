use broker::IssuerKind;
use reqwest::StatusCode;
use serde_json::json;
use testkit::app::{Options, TestApp, TestIssuer};
use testkit::provider::{Mood, Provider};
use url::Url;

use crate::providers::node::NodeProvider;
use crate::providers::round_trip::{parameter, random_text, with_parameter};
use crate::providers::visitor::{self, sent_to};
use crate::sql::fate;
use crate::visitor::{Visitor, fill, follow, leave};
use crate::world::host_of;

/// What the server calls of it; consent is between a person and GitHub.
const API: &[&str] = &["/user", "/login/oauth/access_token"];

struct GitHub {
    app: TestApp,
    provider: Provider,
    _emulate: NodeProvider,
}

impl GitHub {
    async fn start() -> Self {
        let provider = Provider::in_front_of("http://127.0.0.1:1", API).await;
        let found_at = |host: &str| (host.to_owned(), provider.url().to_owned());
        let secret = random_text();
        let issuer = TestIssuer {
            id: "github".to_owned(),
            kind: IssuerKind::GitHub,
            client_id: "client-of-countersign".to_owned(),
            client_secret: secret.clone(),
        };
        let app = TestApp::start_with(Options {
            private: vec![host_of(provider.url())],
            hosts: vec![found_at("github.com"), found_at("api.github.com")],
            issuers: vec![issuer],
            ..Options::default()
        })
        .await;
        let wishes = json!({
            "client_id": "client-of-countersign", "client_secret": secret,
            "redirect_uri": format!("{}/sign-in/with/github/callback", app.url),
            "tokens": { (random_text()): "hubot", (random_text()): "octocat" },
        });
        let emulate = NodeProvider::start("github.mjs", &wishes);
        provider.upstream(&emulate.url);
        Self {
            app,
            provider,
            _emulate: emulate,
        }
    }

    /// A browser that `who` said yes in, and where GitHub sends it.
    async fn allowed(&self, who: &str) -> (Visitor, Url) {
        let mut visitor = Visitor::new(&self.app.url);
        let page = leave(&mut visitor, "/sign-in", "/sign-in/with/github").await;
        assert_eq!(parameter(&page, "scope"), "read:user user:email");
        assert_eq!(parameter(&page, "code_challenge_method"), "S256");
        let fields = [
            "redirect_uri",
            "scope",
            "state",
            "client_id",
            "code_challenge",
            "code_challenge_method",
        ]
        .map(|name| (name, parameter(&page, name)));
        let mut form: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        form.push(("login", who));
        let to = page.join("/login/oauth/callback").unwrap();
        let answer = visitor::Visitor::new().post(&to, &form).await;
        (visitor, sent_to(&to, &answer))
    }
}

#[tokio::test]
async fn a_person_signs_up_and_in_by_github() {
    let world = GitHub::start().await;
    let (mut octocat, back) = world.allowed("octocat").await;
    let shown = follow(&mut octocat, &back).await;
    let made = fill(&mut octocat, &shown).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let (status, me) = octocat.me().await;
    assert_eq!(status, StatusCode::OK);
    // GitHub has verified the address once: a mail of ours asks whose it is now.
    let verified = fate(
        &world.app,
        "update identity.users set name = name where email_verified_at is not null",
    )
    .await;
    assert_eq!(verified, 0);
    let (mut again, back) = world.allowed("octocat").await;
    assert_eq!(
        follow(&mut again, &back).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(again.me().await.1["user"], me["user"]);
    // Another person there is another one here.
    let (mut hubot, back) = world.allowed("hubot").await;
    let shown = follow(&mut hubot, &back).await;
    let made = fill(&mut hubot, &shown).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    assert_ne!(hubot.me().await.1["user"], me["user"]);
    // A login may be given up and taken; the number stays.
    assert!(octocat.get("/security").await.text.contains("octocat"));
    let by_login = fate(
        &world.app,
        "update identity.identities set label = label where subject ~ '^[0-9]+$'",
    )
    .await;
    assert_eq!(by_login, 2);
}

#[tokio::test]
async fn githubs_answers_are_good_once_and_of_its_own_host() {
    let world = GitHub::start().await;
    let (mut octocat, back) = world.allowed("octocat").await;
    let elsewhere = with_parameter(&back, "iss", "https://github.example");
    let refused = follow(&mut octocat, &elsewhere).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    assert!(refused.text.contains("identity.issuer_mixed_up"));
    let (mut octocat, back) = world.allowed("octocat").await;
    let wrong = with_parameter(&back, "code", &random_text());
    let refused = follow(&mut octocat, &wrong).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY, "{}", refused.text);
    assert!(
        refused.text.contains("identity.issuer_code"),
        "{}",
        refused.text
    );
    // Whatever is not GitHub's word is nobody's.
    for mood in [
        Mood::HtmlAsJson,
        Mood::Status(503),
        Mood::Redirect("https://evil.example".to_owned()),
    ] {
        let (mut octocat, back) = world.allowed("octocat").await;
        world.provider.be(mood.clone());
        let refused = follow(&mut octocat, &back).await;
        world.provider.be(Mood::Honest);
        assert_eq!(
            refused.status,
            StatusCode::BAD_GATEWAY,
            "{mood:?}: {}",
            refused.text
        );
        assert_eq!(octocat.me().await.0, StatusCode::UNAUTHORIZED);
    }
}
