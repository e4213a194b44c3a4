use std::path::Path;

use broker::protocol::{Answer, Call};
use broker::socket::{BrokerClient, CallError};
use demo::Person;
use kernel::Scope;
use manifest::Apps;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Options, TestApp};
use testkit::provider::{Mood, Provider};

use crate::sql::number;
use crate::world::{host_of, session_hash, signed_up};

/// As Desk makes them.
pub(super) const KEY: &str = "desk_canaryOfAKeyThatWasPasted01";
pub(super) const OTHER_KEY: &str = "desk_canaryOfAKeyThatWasPasted02";
const TRACKER: &str = include_str!("../../../connectors/tracker.toml");
const TELEGRAM: &str = include_str!("../../../connectors/telegram.toml");

/// A server with the app of the connector guide, at a provider that answers as it is told, and an owner.
pub(super) struct Desk {
    pub(super) app: TestApp,
    pub(super) provider: Provider,
    pub(super) owner: Person,
}

/// The manifest that docs/connectors.md shows.
pub(super) fn desk() -> String {
    let guide = include_str!("../../../docs/connectors.md");
    let (_, example) = guide.split_once("```toml\nformat = 1").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    format!("format = 1{example}")
}

impl Desk {
    pub(super) async fn start() -> Self {
        Self::with(&desk(), "http://127.0.0.1:1").await
    }

    /// With this manifest for it, in front of `upstream`.
    pub(super) async fn with(manifest: &str, upstream: &str) -> Self {
        let provider = Provider::in_front_of(upstream, &["/"]).await;
        let files = [
            ("desk.toml", manifest),
            ("tracker.toml", TRACKER),
            ("telegram.toml", TELEGRAM),
        ];
        let telegram = ("api.telegram.org".to_owned(), provider.url().to_owned());
        let options = Options {
            private: vec![host_of(provider.url())],
            hosts: vec![telegram],
            apps: Some(Apps::of(files).unwrap()),
            ..Options::default()
        };
        let app = TestApp::start_with(options).await;
        let owner = signed_up(&app).await;
        provider.be(Mood::Status(200));
        Self {
            app,
            provider,
            owner,
        }
    }

    /// A connection that waits for its credential.
    pub(super) async fn add(&self, app: &str, purpose: &str) -> String {
        let instance = (app != "telegram").then(|| self.provider.url());
        let form = json!({ "app": app, "name": "Desk", "instance": instance, "purpose": purpose });
        let added = self.owner.write(
            Method::POST,
            "/api/v1/connections",
            &form,
            StatusCode::CREATED,
        );
        let added = added.await.unwrap();
        assert_eq!(added["state"], "pending");
        added["id"].as_str().unwrap().to_owned()
    }

    /// Gives it a credential: the status and what is told.
    pub(super) async fn give(&self, connection: &str, credential: &Value) -> (u16, Value) {
        let path = format!("/api/v1/connections/{connection}/credential");
        let answer = self.owner.send(Method::POST, &path, Some(credential)).await;
        let answer = answer.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A connection of Desk with a key that Desk accepts.
    pub(super) async fn connected(&self, purpose: &str) -> String {
        let id = self.add("desk", purpose).await;
        assert_eq!(self.give(&id, &key(KEY)).await, (200, connected()));
        id
    }

    /// Calls a read of Desk without arguments.
    pub(super) async fn read(&self, connection: &str, operation: &str) -> Result<Value, String> {
        let broker: &Path = &self.app.broker_socket;
        let call = Call::Read {
            connection: connection.parse().unwrap(),
            operation: operation.to_owned(),
            arguments: "{}".to_owned(),
        };
        let scope = Scope::Session(session_hash(&self.owner));
        match BrokerClient::new(broker).call(&scope, call).await {
            Ok(Answer::Read(answer)) => Ok(answer.kept),
            Err(CallError::Failed(failure)) => Err(failure.code),
            other => panic!("{other:?}"),
        }
    }

    /// The state of a connection and why.
    pub(super) async fn state(&self, connection: &str) -> (Value, Value) {
        let path = format!("/api/v1/connections/{connection}");
        let mut row = self.owner.get(&path).await.unwrap();
        (row["state"].take(), row["state_reason"].take())
    }

    /// How many credentials are sealed, of connections and of round trips.
    pub(super) async fn sealed(&self) -> i64 {
        number(&self.app, "select count(*) from broker.secrets").await
    }

    /// How many calls arrived.
    pub(super) fn arrived(&self) -> usize {
        [Method::GET, Method::POST]
            .iter()
            .map(|method| self.provider.seen(method).len())
            .sum()
    }

    /// A page, as the owner sees it.
    pub(super) async fn page(&self, path: &str) -> String {
        let answer = self.owner.send(Method::GET, path, None).await.unwrap();
        answer.text().await.unwrap()
    }
}

pub(super) fn key(text: &str) -> Value {
    json!({ "class": "api_key", "credential": text })
}

pub(super) fn connected() -> Value {
    json!({ "state": "connected" })
}
