use axum::Router;
use broker::protocol::{Answer, Call, ReadAnswer};
use broker::socket::{BrokerClient, CallError};
use demo::Person;
use kernel::Scope;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Options, TestApp};
use testkit::provider::Provider;
use tokio::net::TcpListener;
use url::Url;

use crate::providers::round_trip::{Client, begin, came_back, connection, parameter};
use crate::world::{decide, host_of, session_hash, signed_up};

/// A server, an app that answers as `upstream` does, and an owner.
pub(super) struct Documented {
    pub(super) app: TestApp,
    pub(super) provider: Provider,
    pub(super) owner: Person,
    client: Client,
}

impl Documented {
    /// `hosts` are those of the app's manifest.
    pub(super) async fn start(upstream: Router, hosts: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, upstream).await.unwrap() });
        let provider = Provider::in_front_of(&url, &["/"]).await;
        let found_at = |host: &&str| ((*host).to_owned(), provider.url().to_owned());
        let options = Options {
            private: vec![host_of(provider.url())],
            hosts: hosts.iter().map(found_at).collect(),
            ..Options::default()
        };
        let app = TestApp::start_with(options).await;
        let owner = signed_up(&app).await;
        Self {
            app,
            provider,
            owner,
            client: Client::new(),
        }
    }

    /// A connection that waits for its grant, and the app's page for it.
    pub(super) async fn begin(&self, form: &Value) -> (String, Url) {
        begin(&self.owner, form, &self.client).await
    }

    /// A person says yes on the app's page, and comes back. Whether that made the connection.
    pub(super) async fn allow(&self, page: &Url) -> bool {
        assert_eq!(parameter(page, "code_challenge_method"), "S256");
        let callback = format!("{}/connectors/callback", self.app.url);
        let mut back: Url = callback.parse().unwrap();
        back.query_pairs_mut()
            .append_pair("code", "code-that-the-app-gave-out")
            .append_pair("state", &parameter(page, "state"));
        came_back(&self.owner, &back).await
    }

    /// A connection that was granted.
    pub(super) async fn connect(&self, form: &Value) -> String {
        let (id, page) = self.begin(form).await;
        assert!(self.allow(&page).await);
        id
    }

    /// Calls a read, as the front does.
    pub(super) async fn read(
        &self,
        connection: &str,
        (operation, arguments): (&str, &Value),
    ) -> Result<ReadAnswer, String> {
        let call = Call::Read {
            connection: connection.parse().unwrap(),
            operation: operation.to_owned(),
            arguments: arguments.to_string(),
        };
        let scope = Scope::Session(session_hash(&self.owner));
        let broker = BrokerClient::new(&self.app.broker_socket);
        match broker.call(&scope, call).await {
            Ok(Answer::Read(answer)) => Ok(*answer),
            Err(CallError::Failed(failure)) => Err(failure.code),
            other => panic!("{other:?}"),
        }
    }

    /// A write that somebody approved.
    pub(super) async fn approved(
        &self,
        connection: &str,
        (operation, arguments): (&str, &Value),
    ) -> String {
        let form =
            json!({ "connection": connection, "operation": operation, "arguments": arguments });
        let path = "/api/v1/approvals";
        let made = self
            .owner
            .write(Method::POST, path, &form, StatusCode::CREATED);
        let made = made.await.unwrap();
        let id = made["id"].as_str().unwrap().to_owned();
        let decided = decide(&self.owner, &id, "approve", &made["payload_hash"]).await;
        assert_eq!(decided, StatusCode::OK);
        id
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

    /// What arrived at paths that begin so.
    pub(super) fn targets(&self, method: &Method, beginning: &str) -> Vec<String> {
        let seen = self.provider.seen(method).into_iter();
        let there = seen.map(|call| call.target);
        there
            .filter(|target| target.starts_with(beginning))
            .collect()
    }
}
