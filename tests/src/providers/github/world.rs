use demo::Person;
use manifest::Arguments;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Options, TestApp};
use testkit::provider::Provider;
use url::Url;

use crate::providers::logs::Logs;
use crate::providers::node::NodeProvider;
use crate::providers::round_trip::{Client, authorize, begin, came_back, parameter, random_text};
use crate::providers::unseen::{assert_unseen, secrets_of};
use crate::providers::visitor::{Visitor, sent_to};
use crate::world::{host_of, signed_up};

/// A server whose GitHub is `emulate`, and two people there: `octocat` grants access, `hubot` works
/// there by hand.
pub(super) struct GitHub {
    pub(super) app: TestApp,
    /// What the server takes for GitHub.
    pub(super) provider: Provider,
    pub(super) owner: Person,
    pub(super) client: Client,
    logs: Logs,
    pub(super) emulate: NodeProvider,
    token_of_hubot: String,
    /// A classic personal access token of `octocat`, with the scope `repo`.
    pub(super) token_of_octocat: String,
    hands: reqwest::Client,
}

/// What the server calls of it; consent is between a person and GitHub.
const API: &[&str] = &[
    "/repos/",
    "/applications/",
    "/login/oauth/access_token",
    "/user",
    "/app/installations/",
    "/installation/token",
];

impl GitHub {
    pub(super) async fn start() -> Self {
        let logs = Logs::recorded();
        let provider = Provider::in_front_of("http://127.0.0.1:1", API).await;
        let found_at = |host: &str| (host.to_owned(), provider.url().to_owned());
        let options = Options {
            private: vec![host_of(provider.url())],
            hosts: vec![found_at("github.com"), found_at("api.github.com")],
            ..Options::default()
        };
        let app = TestApp::start_with(options).await;
        let (client, token_of_hubot) = (Client::new(), random_text());
        let letters = |text: String| text.replace(|c: char| !c.is_ascii_alphanumeric(), "0");
        let token_of_octocat = format!("ghp_{:0<36}", letters(random_text()));
        let wishes = json!({
            "client_id": client.id, "client_secret": client.secret,
            "redirect_uri": format!("{}/connectors/callback", app.url),
            "tokens": { (token_of_hubot.as_str()): "hubot", (token_of_octocat.as_str()): "octocat" },
        });
        let emulate = NodeProvider::start("github.mjs", &wishes);
        provider.upstream(&emulate.url);
        let owner = signed_up(&app).await;
        #[expect(
            clippy::disallowed_methods,
            reason = "a person at GitHub, not the product"
        )]
        let hands = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            app,
            provider,
            owner,
            client,
            logs,
            emulate,
            token_of_hubot,
            token_of_octocat,
            hands,
        }
    }

    /// A connection that `octocat` granted.
    pub(super) async fn connect(&self, purpose: &str) -> String {
        let (id, page) = self.begin(purpose).await;
        let (_, back) = self.allow(&page).await;
        assert!(came_back(&self.owner, &back).await);
        id
    }

    pub(super) async fn begin(&self, purpose: &str) -> (String, Url) {
        let form =
            json!({ "app": "github", "name": format!("GitHub ({purpose})"), "purpose": purpose });
        begin(&self.owner, &form, &self.client).await
    }

    /// Connects again what is there.
    pub(super) async fn reconnect(&self, connection: &str) {
        let page = authorize(&self.owner, connection, &self.client).await;
        let (_, back) = self.allow(&page).await;
        assert!(came_back(&self.owner, &back).await);
    }

    /// `octocat` says yes on GitHub's page. Returns where GitHub sends them.
    pub(super) async fn allow(&self, page: &Url) -> (Visitor, Url) {
        let mut octocat = Visitor::new();
        let shown = octocat.get(page).await;
        assert_eq!(shown.status(), StatusCode::OK);
        let shown = shown.text().await.unwrap();
        assert!(
            shown.contains("Countersign") && shown.contains("octocat"),
            "{shown}"
        );
        let fields = ["redirect_uri", "scope", "state", "client_id"]
            .map(|name| (name, parameter(page, name)));
        let mut form: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        form.push(("login", "octocat"));
        let to = page.join("/login/oauth/callback").unwrap();
        let answer = octocat.post(&to, &form).await;
        let back = sent_to(&to, &answer);
        (octocat, back)
    }

    /// `octocat` takes the access back, in GitHub's settings.
    pub(super) async fn take_back(&self, mut octocat: Visitor) {
        let path = format!(
            "/settings/connections/applications/{}/revoke",
            self.client.id
        );
        let to: Url = format!("{}{path}", self.emulate.url).parse().unwrap();
        let answer = octocat.post(&to, &[]).await;
        assert_eq!(answer.status(), StatusCode::FOUND);
    }

    /// `hubot` does something by hand, past Countersign.
    pub(super) async fn by_hand(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let request = self
            .hands
            .request(
                method,
                format!("{}/repos/acme/desk{path}", self.emulate.url),
            )
            .bearer_auth(&self.token_of_hubot);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// A call past Countersign, with a token and a body where there are any.
    pub(super) async fn hand(
        &self,
        method: Method,
        address: &str,
        with: Option<(&str, &Value)>,
    ) -> reqwest::Response {
        let request = self.hands.request(method, address);
        let request = match with {
            Some((token, body)) => request.bearer_auth(token).json(body),
            None => request,
        };
        request.send().await.unwrap()
    }

    /// Every issue there is, as `hubot` sees it.
    pub(super) async fn issues(&self) -> Vec<Value> {
        let all = self
            .by_hand(Method::GET, "/issues?state=all&per_page=100", None)
            .await;
        all.as_array().unwrap().clone()
    }

    /// A proposal to open an issue, approved. Returns the proposal's id.
    pub(super) async fn approved(&self, connection: &str, arguments: &Value) -> String {
        let form = json!({ "connection": connection, "operation": "create_issue", "arguments": arguments });
        let path = "/api/v1/approvals";
        let made = self
            .owner
            .write(Method::POST, path, &form, StatusCode::CREATED)
            .await
            .unwrap();
        let id = made["id"].as_str().unwrap();
        let decided = crate::world::decide(&self.owner, id, "approve", &made["payload_hash"]).await;
        assert_eq!(decided, StatusCode::OK);
        id.to_owned()
    }

    /// A page, as the owner sees it.
    pub(super) async fn page(&self, path: &str) -> String {
        let answer = self.owner.send(Method::GET, path, None).await.unwrap();
        answer.text().await.unwrap()
    }

    /// Fails where a credential that left for GitHub shows anywhere.
    pub(super) async fn assert_token_shows_nowhere(&self, paths: &[String]) {
        let secrets = secrets_of(&self.provider);
        assert!(!secrets.is_empty(), "no credential left");
        assert_unseen((&self.app, &self.owner, &self.logs), &secrets, paths).await;
    }

    /// Fails where a secret of this test shows anywhere.
    pub(super) async fn assert_no_secret_shows(&self, paths: &[String]) {
        let mut secrets = secrets_of(&self.provider);
        secrets.push(self.client.secret.clone());
        assert!(
            secrets.iter().any(|secret| secret.starts_with("gho_")),
            "no token was given"
        );
        assert_unseen((&self.app, &self.owner, &self.logs), &secrets, paths).await;
    }
}

/// The repository, as operations and scans ask for it.
pub(super) fn desk() -> Value {
    json!({ "owner": "acme", "repo": "desk" })
}

/// The same with more arguments.
pub(super) fn desk_with(more: Value) -> Value {
    let (Value::Object(mut all), Value::Object(more)) = (desk(), more) else {
        panic!("arguments are an object");
    };
    all.extend(more);
    Value::Object(all)
}

/// Arguments of an operation.
pub(super) fn arguments(value: &Value) -> Arguments {
    Arguments::parse(value.to_string().as_bytes()).unwrap()
}
