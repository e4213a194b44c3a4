//! Connected as an app that signs for itself: tokens that read are kept, a token that writes is for one write.

use broker::protocol::{Answer, Call};
use broker::socket::{BrokerClient, CallError};
use kernel::Scope;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::world::{GitHub, desk, desk_with};
use crate::eventually::eventually;
use crate::sql::fate;
use crate::world::{rows_with, scanned, session_hash, settled};

pub(super) const APP: &str = "4711";
pub(super) const INSTALLATION: &str = "90210";

impl GitHub {
    /// The key of the app, as GitHub hands it out.
    pub(super) fn app_key(&self) -> String {
        self.emulate.told["app_key"].as_str().unwrap().to_owned()
    }

    /// A connection as the app, made by the page that a person uses, with the line ends of a form.
    pub(super) async fn installed(&self, purpose: &str) -> String {
        let key = self.app_key().replace('\n', "\r\n");
        let form = [
            ("app", APP),
            ("installation", INSTALLATION),
            ("credential", key.trim_end()),
        ];
        let page = format!("/connectors/apps/github-app{purpose}/connect");
        let answer = self.owner.submit(&page, &form).await.unwrap();
        assert_eq!(
            answer.status(),
            StatusCode::SEE_OTHER,
            "{}",
            answer.text().await.unwrap()
        );
        let to = answer.headers()["location"].to_str().unwrap();
        to.strip_prefix("/connectors/").unwrap().to_owned()
    }

    /// Every token that GitHub made for the app.
    pub(super) async fn tokens(&self) -> Vec<Value> {
        let address = format!("{}/_emulate/installation-tokens", self.emulate.url);
        let told = self.hand(Method::GET, &address, None).await;
        let mut told: Value = told.json().await.unwrap();
        serde_json::from_value(told["installation_tokens"].take()).unwrap()
    }

    /// What calls of these methods were made with.
    pub(super) fn bearers(&self, method: &Method, part: &str) -> Vec<String> {
        let seen = self.provider.seen(method).into_iter();
        let seen = seen.filter(|call| call.target.contains(part));
        let bearer = |text: &str| text.strip_prefix("Bearer ").unwrap().to_owned();
        seen.map(|call| bearer(call.headers["authorization"].to_str().unwrap()))
            .collect()
    }

    /// Waits until a token was ended: that is later than what the write came to is written down.
    pub(super) async fn ended(&self, token: &str) {
        eventually("the token is ended", async || {
            let ended = self.bearers(&Method::DELETE, "/installation/token");
            ended.iter().any(|one| one == token).then_some(())
        })
        .await;
    }

    /// Reads the history of all issues of the repository.
    pub(super) async fn read(&self, connection: &str) -> Result<Value, String> {
        let call = Call::Read {
            connection: connection.parse().unwrap(),
            operation: "list_issues".to_owned(),
            arguments: desk().to_string(),
        };
        let scope = Scope::Session(session_hash(&self.owner));
        match BrokerClient::new(&self.app.broker_socket)
            .call(&scope, call)
            .await
        {
            Ok(Answer::Read(answer)) => Ok(answer.kept),
            Err(CallError::Failed(failure)) => Err(failure.code),
            other => panic!("{other:?}"),
        }
    }

    /// Lets the tokens that are kept end now.
    pub(super) async fn due(&self) {
        let due = "update broker.credentials set refresh_at = now(), access_expires_at = now(), refresh_not_before = null";
        assert!(fate(&self.app, due).await > 0);
    }

    /// The state of a connection and why.
    pub(super) async fn state(&self, id: &str) -> (Value, Value) {
        let mut row = self
            .owner
            .get(&format!("/api/v1/connections/{id}"))
            .await
            .unwrap();
        (row["state"].take(), row["state_reason"].take())
    }
}

fn reading() -> Value {
    json!({ "metadata": "read", "issues": "read", "pull_requests": "read" })
}

#[tokio::test]
async fn an_app_scans_with_tokens_that_can_read_and_nothing_else() {
    let github = GitHub::start().await;
    let id = github.installed("").await;
    let issue = json!({ "title": "Order toner" });
    github.by_hand(Method::POST, "/issues", Some(&issue)).await;
    let log = scanned(&github.owner, &id, &desk()).await;
    assert_eq!(
        (&log["state"], &log["cases"]),
        (&json!("ready"), &json!(1)),
        "{log}"
    );
    let tokens = github.tokens().await;
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    assert_eq!(tokens[0]["permissions"], reading());
    let row = github
        .owner
        .get(&format!("/api/v1/connections/{id}"))
        .await
        .unwrap();
    let asked = json!(["issues:read", "metadata:read", "pull_requests:read"]);
    assert_eq!(
        (&row["scopes_requested"], &row["scopes_granted"]),
        (&asked, &asked)
    );
    // What the key signed went where tokens are asked for, and nowhere else.
    let [statement] = &github.bearers(&Method::POST, "")[..] else {
        panic!("asked more or less than once");
    };
    assert_eq!(statement.matches('.').count(), 2);
    assert!(!github.bearers(&Method::GET, "").contains(statement));
    github
        .assert_token_shows_nowhere(&[format!("/connectors/{id}")])
        .await;
    for line in github
        .app_key()
        .lines()
        .filter(|line| !line.starts_with("---"))
    {
        assert_eq!(rows_with(&github.app, line).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_approved_write_has_a_token_for_its_repository_that_is_kept_nowhere_and_ended() {
    let github = GitHub::start().await;
    let writing = github.installed("-write").await;
    let kept = github.tokens().await.len();
    let id = github
        .approved(&writing, &desk_with(json!({ "title": "Order toner" })))
        .await;
    let ended = settled(&github.owner, &id).await;
    assert_eq!(ended["state"], "executed", "{ended}");
    assert_eq!(github.issues().await.len(), 1);
    let tokens = github.tokens().await;
    let [own] = &tokens[kept..] else {
        panic!("{tokens:?}");
    };
    assert_eq!(
        own["permissions"],
        json!({ "metadata": "read", "issues": "write" })
    );
    assert_eq!(own["repository_selection"], "selected");
    assert_eq!(own["repository_ids"].as_array().map(Vec::len), Some(1));
    // None that is kept can write.
    assert!(
        tokens[..kept]
            .iter()
            .all(|token| token["permissions"]["issues"] == "read"),
        "{tokens:?}"
    );
    let used = github.bearers(&Method::POST, "/repos/");
    assert_eq!(used.len(), 1);
    github.ended(&used[0]).await;
    github
        .assert_token_shows_nowhere(&[format!("/approvals/{id}"), format!("/connectors/{writing}")])
        .await;
}

#[tokio::test]
async fn however_many_need_another_token_one_is_asked_for() {
    let github = GitHub::start().await;
    let id = github.installed("").await;
    github.read(&id).await.unwrap();
    github.due().await;
    let before = github.tokens().await.len();
    let calls = (0..20).map(|_| github.read(&id));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(github.tokens().await.len(), before + 1);
    let sealed = "select version from broker.secrets where field = 'installation_token'";
    assert_eq!(
        crate::sql::number(&github.app, &format!("select ({sealed})::bigint")).await,
        2
    );
}

#[tokio::test]
async fn disconnecting_ends_the_token_and_says_where_the_key_is() {
    let github = GitHub::start().await;
    let id = github.installed("").await;
    github.read(&id).await.unwrap();
    let token = github.bearers(&Method::GET, "/repos/").pop().unwrap();
    let path = format!("/api/v1/connections/{id}");
    github
        .owner
        .send(Method::DELETE, &path, None)
        .await
        .unwrap();
    assert_eq!(
        github.bearers(&Method::DELETE, "/installation/token"),
        [token]
    );
    let page = github.page(&format!("/connectors/{id}")).await;
    assert!(
        page.contains("The private key is good until it is deleted at GitHub"),
        "{page}"
    );
    let sealed = crate::sql::number(&github.app, "select count(*) from broker.secrets").await;
    assert_eq!(sealed, 0);
}
