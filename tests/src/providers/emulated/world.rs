use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Options, TestApp};
use testkit::provider::Provider;
use url::Url;

use crate::providers::logs::Logs;
use crate::providers::node::NodeProvider;
use crate::providers::round_trip::{Client, begin, came_back, connection};
use crate::providers::unseen::{assert_unseen, secrets_of};
use crate::providers::visitor::{Visitor, sent_to};
use crate::world::{decide, host_of, signed_up};

/// Who grants access, as each app's page shows them.
pub(super) const ADA: &str = "ada@example.com";

/// A server whose app is `emulate`.
pub(super) struct Emulated {
    pub(super) app: TestApp,
    pub(super) provider: Provider,
    pub(super) owner: Person,
    logs: Logs,
    client: Client,
    emulate: NodeProvider,
}

impl Emulated {
    /// `hosts` are those of the manifest; `wishes` says which app it is, from this server's client and address on.
    pub(super) async fn start(hosts: &[&str], wishes: impl FnOnce(&Client, &str) -> Value) -> Self {
        let logs = Logs::recorded();
        let provider = Provider::in_front_of("http://127.0.0.1:1", &["/"]).await;
        let found_at = |host: &&str| ((*host).to_owned(), provider.url().to_owned());
        let options = Options {
            private: vec![host_of(provider.url())],
            hosts: hosts.iter().map(found_at).collect(),
            ..Options::default()
        };
        let app = TestApp::start_with(options).await;
        let client = Client::new();
        let back = format!("{}/connectors/callback", app.url);
        let emulate = NodeProvider::start("emulated.mjs", &wishes(&client, &back));
        provider.upstream(&emulate.url);
        let owner = signed_up(&app).await;
        Self {
            app,
            provider,
            owner,
            logs,
            client,
            emulate,
        }
    }

    /// A connection that Ada granted on the app's page.
    pub(super) async fn connect(&self, app: &str, purpose: &str) -> String {
        let form = json!({ "app": app, "name": format!("{app} ({purpose})"), "purpose": purpose });
        let (id, page) = begin(&self.owner, &form, &self.client).await;
        let mut ada = Visitor::new();
        let shown = ada.get(&page).await;
        assert_eq!(shown.status(), StatusCode::OK);
        let shown = shown.text().await.unwrap();
        let (to, fields) = form_of(&page, &shown, ADA);
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let answer = ada.post(&to, &fields).await;
        assert!(came_back(&self.owner, &sent_to(&to, &answer)).await);
        id
    }

    /// Every call of the app, with a token of one's own or somebody's.
    pub(super) async fn hand(&self, method: Method, path: &str, with: (&str, &Value)) -> Value {
        let (token, body) = with;
        #[expect(
            clippy::disallowed_methods,
            reason = "a person at the app, not the product"
        )]
        let hands = reqwest::Client::builder().no_proxy().build().unwrap();
        let address = format!("{}{path}", self.emulate.url);
        let request = hands.request(method, address).bearer_auth(token);
        let request = if body.is_null() {
            request
        } else {
            request.json(body)
        };
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The token that calls of this path left with.
    pub(super) fn bearer(&self, method: &Method, part: &str) -> String {
        let seen = self.provider.seen(method);
        let call = seen
            .iter()
            .rfind(|call| call.target.contains(part))
            .unwrap();
        let bearer = call.headers["authorization"].to_str().unwrap();
        bearer.strip_prefix("Bearer ").unwrap().to_owned()
    }

    /// How many calls of this path arrived.
    pub(super) fn arrived(&self, method: &Method, part: &str) -> usize {
        let seen = self.provider.seen(method);
        seen.iter()
            .filter(|call| call.target.contains(part))
            .count()
    }

    /// A proposal. Returns its id and what is to be approved.
    pub(super) async fn proposed(
        &self,
        connection: &str,
        (operation, arguments): (&str, &Value),
    ) -> (String, Value) {
        let form =
            json!({ "connection": connection, "operation": operation, "arguments": arguments });
        let path = "/api/v1/approvals";
        let made = self
            .owner
            .write(Method::POST, path, &form, StatusCode::CREATED);
        let mut made = made.await.unwrap();
        let id = made["id"].as_str().unwrap().to_owned();
        (id, made["payload_hash"].take())
    }

    pub(super) async fn approve(&self, id: &str, hash: &Value) {
        let decided = decide(&self.owner, id, "approve", hash).await;
        assert_eq!(decided, StatusCode::OK);
    }

    /// Lets the tokens that are kept end now.
    pub(super) async fn due(&self) {
        let due = "update broker.credentials set refresh_at = now(), access_expires_at = now(), refresh_not_before = null";
        assert!(crate::sql::fate(&self.app, due).await > 0);
    }

    /// The connection's state and why.
    pub(super) async fn state(&self, id: &str) -> (Value, Value) {
        let mut row = connection(&self.owner, id).await;
        (row["state"].take(), row["state_reason"].take())
    }

    /// Ends a connection. What is told of it.
    pub(super) async fn end(&self, id: &str) -> Value {
        let path = format!("/api/v1/connections/{id}");
        let ended = self.owner.send(Method::DELETE, &path, None).await.unwrap();
        ended.json().await.unwrap()
    }

    /// Fails where a secret of this test shows anywhere.
    pub(super) async fn assert_no_secret_shows(&self, paths: &[String]) {
        let mut secrets = secrets_of(&self.provider);
        secrets.push(self.client.secret.clone());
        assert!(secrets.len() > 2, "no token was given");
        secrets.retain(|secret| secret != &self.client.id);
        assert_unseen((&self.app, &self.owner, &self.logs), &secrets, paths).await;
    }
}

/// The form with which `who` says yes: where it goes, and what it holds.
fn form_of(page: &Url, shown: &str, who: &str) -> (Url, Vec<(String, String)>) {
    let forms = shown.split("<form").skip(1);
    let form = forms.filter_map(|rest| rest.split("</form>").next());
    let form = form.into_iter().find(|form| form.contains(who));
    let form = form.unwrap_or_else(|| panic!("nobody is {who} in {shown}"));
    let value = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("{name}=\""))?;
        rest.split_once('"')
            .map(|(value, _)| value.replace("&amp;", "&"))
    };
    let fields = form.split("<input").skip(1);
    let fields = fields.filter_map(|field| Some((value(field, " name")?, value(field, " value")?)));
    let action = value(form, " action").unwrap();
    (page.join(&action).unwrap(), fields.collect())
}
