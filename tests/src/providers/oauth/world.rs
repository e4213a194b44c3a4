use std::path::Path;

use broker::protocol::{Answer, Call};
use broker::socket::{BrokerClient, CallError};
use demo::Person;
use kernel::Scope;
use manifest::Apps;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Options, TestApp};
use testkit::provider::{Provider, Seen};
use url::{Url, form_urlencoded};

use crate::providers::logs::Logs;
use crate::providers::node::NodeProvider;
use crate::providers::round_trip::{Client, begin, came_back, connection};
use crate::providers::unseen::{assert_unseen, secrets_of};
use crate::providers::visitor::{Visitor, sent_to};
use crate::sql::fate;
use crate::world::{host_of, session_hash, signed_up};

const MANIFEST: &str = include_str!("../../../providers/oidc.toml");
/// What the server calls of it; consent is between a person and the provider.
const API: &[&str] = &["/token", "/me"];

/// A server, and `oidc-provider` behind a provider that can misbehave.
pub(super) struct OAuth {
    pub(super) app: TestApp,
    pub(super) provider: Provider,
    pub(super) owner: Person,
    pub(super) client: Client,
    logs: Logs,
    node: NodeProvider,
}

impl OAuth {
    /// A provider whose access tokens live so long.
    pub(super) async fn start(access_seconds: u32) -> Self {
        Self::start_of(access_seconds, MANIFEST).await
    }

    /// The same, of an app that takes a used refresh token again for a while.
    pub(super) async fn start_lenient(access_seconds: u32) -> Self {
        let strict = r#"rotation = "each_use""#;
        let lenient = format!("{strict}\nreplay_leeway_seconds = 600");
        Self::start_of(access_seconds, &MANIFEST.replace(strict, &lenient)).await
    }

    async fn start_of(access_seconds: u32, manifest: &str) -> Self {
        let logs = Logs::recorded();
        let provider = Provider::in_front_of("http://127.0.0.1:1", API).await;
        let options = Options {
            private: vec![host_of(provider.url())],
            apps: Some(Apps::of([("oidc.toml", manifest)]).unwrap()),
            ..Options::default()
        };
        let app = TestApp::start_with(options).await;
        let client = Client::new();
        let wishes = json!({
            "issuer": provider.url(), "access_seconds": access_seconds,
            "client_id": client.id, "client_secret": client.secret,
            "redirect_uri": format!("{}/connectors/callback", app.url),
        });
        let node = NodeProvider::start("oidc.mjs", &wishes);
        provider.upstream(&node.url);
        let owner = signed_up(&app).await;
        Self {
            app,
            provider,
            owner,
            client,
            logs,
            node,
        }
    }

    /// A connection, and the provider's page for it.
    pub(super) async fn begin(&self) -> (String, Url) {
        let form = json!({
            "app": "oidc", "name": "Standard", "purpose": "read", "instance": self.provider.url(),
        });
        begin(&self.owner, &form, &self.client).await
    }

    /// A connection that `alice` granted.
    pub(super) async fn connect(&self) -> String {
        let (id, page) = self.begin().await;
        let back = self.allow(&page).await;
        assert!(came_back(&self.owner, &back).await);
        id
    }

    /// `alice` signs in and says yes. Returns where the provider sends her.
    pub(super) async fn allow(&self, page: &Url) -> Url {
        let mut alice = Visitor::new();
        let mut at = page.clone();
        for _ in 0..10 {
            if at.path() == "/connectors/callback" {
                return at;
            }
            let answer = alice.get(&at).await;
            if answer.status().is_redirection() {
                at = sent_to(&at, &answer);
                continue;
            }
            assert_eq!(answer.status(), StatusCode::OK, "{at}");
            let shown = answer.text().await.unwrap();
            let form: &[(&str, &str)] = if shown.contains(r#"name="password""#) {
                &[("prompt", "login"), ("login", "alice"), ("password", "any")]
            } else {
                &[("prompt", "consent")]
            };
            let answer = alice.post(&at, form).await;
            at = sent_to(&at, &answer);
        }
        panic!("the provider never sent her back: {at}");
    }

    /// Makes the tokens of all connections due, and still good for so long.
    pub(super) async fn due(&self, seconds: u32) {
        let due = format!(
            "update broker.credentials
                set refresh_at = now(), access_expires_at = now() + interval '{seconds} seconds', refresh_not_before = null"
        );
        assert_eq!(fate(&self.app, &due).await, 1);
    }

    /// Asks who granted the connection, as the front does, over the broker's socket.
    pub(super) async fn whoami(&self, connection: &str) -> Result<Value, CallError> {
        self.whoami_at(&self.app.broker_socket, connection).await
    }

    /// The same, at another broker.
    pub(super) async fn whoami_at(
        &self,
        broker: &Path,
        connection: &str,
    ) -> Result<Value, CallError> {
        let broker = BrokerClient::new(broker);
        let call = Call::Read {
            connection: connection.parse().unwrap(),
            operation: "whoami".to_owned(),
            arguments: "{}".to_owned(),
        };
        let scope = Scope::Session(session_hash(&self.owner));
        match broker.call(&scope, call).await? {
            Answer::Read(answer) => Ok(answer.kept),
            other => panic!("{other:?}"),
        }
    }

    /// The connection's state and why.
    pub(super) async fn state(&self, id: &str) -> (Value, Value) {
        let mut row = connection(&self.owner, id).await;
        (row["state"].take(), row["state_reason"].take())
    }

    /// Forms that the token endpoint got, with this grant.
    pub(super) fn asked_for(&self, grant: &str) -> Vec<Vec<(String, String)>> {
        let posted = self.provider.seen(&Method::POST);
        let asked = posted.iter().filter(|call| call.target == "/token");
        let forms = asked.map(form);
        forms
            .filter(|form| field(form, "grant_type") == Some(grant))
            .collect()
    }

    /// Every refresh token that was used, in order.
    pub(super) fn refresh_tokens_used(&self) -> Vec<String> {
        let forms = self.asked_for("refresh_token");
        let used = forms
            .iter()
            .map(|form| field(form, "refresh_token").unwrap().to_owned());
        used.collect()
    }

    /// What somebody gets who has stolen the client's secret and a token of it: the provider's own
    /// word, past Countersign.
    pub(super) async fn as_thief(&self, form: &[(&str, &str)]) -> (StatusCode, Value) {
        #[expect(clippy::disallowed_methods, reason = "a thief, not the product")]
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http
            .post(format!("{}/token", self.node.url))
            .basic_auth(&self.client.id, Some(&self.client.secret));
        let answer = request.form(form).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Fails where a secret of this test shows anywhere.
    pub(super) async fn assert_no_secret_shows(&self, connection: &str) {
        let mut secrets = secrets_of(&self.provider);
        secrets.push(self.client.secret.clone());
        assert!(secrets.len() > 5, "too few crossed the door: {secrets:?}");
        let pages = [
            format!("/connectors/{connection}"),
            format!("/api/v1/connections/{connection}/calls"),
        ];
        assert_unseen((&self.app, &self.owner, &self.logs), &secrets, &pages).await;
    }
}

/// The fields of a form that was sent.
fn form(call: &Seen) -> Vec<(String, String)> {
    form_urlencoded::parse(&call.body).into_owned().collect()
}

/// A field of a form.
pub(super) fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = form.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}
