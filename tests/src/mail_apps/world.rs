use broker::protocol::{Answer, Call};
use broker::socket::{BrokerClient, CallError};
use demo::Person;
use kernel::Scope;
use mail::smtp::read_authorities;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Options, TestApp};

use crate::world::{session_hash, signed_up};

/// A server, and somebody in it.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) owner: Person,
}

impl World {
    /// Where servers with a certificate of `authority` may be at these ports of this machine.
    pub(super) async fn start(authority: &str, ports: &[u16]) -> Self {
        Self::with(authority, ports, Options::default()).await
    }

    pub(super) async fn with(authority: &str, ports: &[u16], options: Options) -> Self {
        let options = Options {
            private: ports
                .iter()
                .map(|port| format!("localhost:{port}"))
                .collect(),
            authorities: read_authorities(authority.as_bytes()).unwrap(),
            ..options
        };
        let app = TestApp::start_with(options).await;
        let owner = signed_up(&app).await;
        Self { app, owner }
    }

    /// A connection that waits for its credential.
    pub(super) async fn add(&self, app: &str, instance: &str, purpose: &str) -> String {
        let form = json!({ "app": app, "name": "Mail", "instance": instance, "purpose": purpose });
        let added = self.owner.write(
            Method::POST,
            "/api/v1/connections",
            &form,
            StatusCode::CREATED,
        );
        let added = added.await.unwrap();
        added["id"].as_str().unwrap().to_owned()
    }

    /// Gives it a user and a password: the status and what is told.
    pub(super) async fn give(&self, connection: &str, user: &str, password: &str) -> (u16, Value) {
        let path = format!("/api/v1/connections/{connection}/credential");
        let form = json!({ "class": "mail", "user": user, "credential": password });
        let answer = self.owner.send(Method::POST, &path, Some(&form)).await;
        let answer = answer.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A connection that works.
    pub(super) async fn connected(
        &self,
        (app, instance, purpose): (&str, &str, &str),
        (user, password): (&str, &str),
    ) -> String {
        let id = self.add(app, instance, purpose).await;
        let told = self.give(&id, user, password).await;
        assert_eq!(told, (200, json!({ "state": "connected" })));
        id
    }

    /// Calls a read: what was kept, or the code of what went wrong.
    pub(super) async fn read(
        &self,
        connection: &str,
        operation: &str,
        arguments: &Value,
    ) -> Result<Value, String> {
        let call = Call::Read {
            connection: connection.parse().unwrap(),
            operation: operation.to_owned(),
            arguments: arguments.to_string(),
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

    /// A page, as the owner sees it.
    pub(super) async fn page(&self, path: &str) -> String {
        let answer = self.owner.send(Method::GET, path, None).await.unwrap();
        answer.text().await.unwrap()
    }
}
