//! What most tests begin with: a server, the tracker behind a provider that can misbehave, and an
//! owner who has connected it for reading and for writing.

use std::sync::Arc;
use std::time::Duration;

use demo::{Person, TrackerOwner, unused_address};
use kernel::TokenHash;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::{Options, TestApp, vouch};
use testkit::provider::Provider;
use tracker::{Client, Digest, Owner, Running, Seed, Settings, SystemClock};

use crate::eventually::eventually;
use crate::sql::fate;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) provider: Provider,
    pub(crate) owner: Person,
    pub(crate) reading: String,
    pub(crate) writing: String,
    _tracker: Running,
}

/// A tracker and the provider in front of it, which calls itself by the provider's address.
pub(crate) struct Outside {
    pub(crate) provider: Provider,
    pub(crate) tracker: Running,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub(crate) async fn start_with(mut options: Options) -> Self {
        let callback = "http://127.0.0.1:1/replaced";
        let outside = outside(callback).await;
        options.private.push(host_of(outside.provider.url()));
        let app = Box::pin(TestApp::start_with(options)).await;
        // The tracker knows its client's address only now.
        let outside = Outside {
            tracker: restart(&app, outside.tracker).await,
            ..outside
        };
        outside.provider.upstream(outside.tracker.base_url());
        let owner = signed_up(&app).await;
        let reading = connect(&owner, outside.provider.url(), "read").await;
        let writing = connect(&owner, outside.provider.url(), "write").await;
        let Outside { provider, tracker } = outside;
        Self {
            app,
            provider,
            owner,
            reading,
            writing,
            _tracker: tracker,
        }
    }

    /// A proposal to create an issue, by the owner. Returns its id and payload hash.
    pub(crate) async fn propose(&self, title: &str) -> (String, Value) {
        propose(&self.owner, &self.writing, title).await
    }

    pub(crate) async fn approve(&self, id: &str, hash: &Value) -> StatusCode {
        decide(&self.owner, id, "approve", hash).await
    }

    /// Waits until the proposal has come to rest, and returns it.
    pub(crate) async fn settled(&self, id: &str) -> Value {
        settled(&self.owner, id).await
    }

    /// A direct connection as a login role, bound to the owner's session.
    pub(crate) async fn sql(&self, role: &str) -> PgConnection {
        bound(&self.app, role, &self.owner).await
    }

    /// Runs a statement as the superuser: the tests' hand of fate.
    pub(crate) async fn fate(&self, statement: &str) -> u64 {
        fate(&self.app, statement).await
    }
}

/// A person with an organisation and a verified address.
pub(crate) async fn signed_up(app: &TestApp) -> Person {
    let email = unused_address();
    let person = Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    vouch(&app.database, &email).await;
    person
}

/// Waits until the proposal has come to rest, and returns it.
/// Ends every connection of an organisation, and waits until each has its receipt.
pub(crate) async fn disconnected(app: &TestApp, owner: &Person) {
    let everything = json!({ "everything": true });
    let path = "/api/v1/connections/disconnect";
    let ended = owner.send(Method::POST, path, Some(&everything)).await;
    assert!(ended.unwrap().status().is_success());
    let sooner = "update connectors.receipts set next_try_at = now() where closed_at is null and ticket is null";
    let open = "update connectors.receipts set tries = tries where closed_at is null";
    eventually("each has its receipt", async || {
        fate(app, sooner).await;
        (fate(app, open).await == 0).then_some(())
    })
    .await;
}

pub(crate) async fn settled(owner: &Person, id: &str) -> Value {
    eventually("the proposal comes to rest", async || {
        let path = format!("/api/v1/approvals/{id}");
        let proposal = owner.get(&path).await.unwrap();
        let state = proposal["state"].as_str().unwrap();
        let moves = ["waiting", "approved", "executing"].contains(&state);
        (!moves).then_some(proposal)
    })
    .await
}

pub(crate) async fn propose(owner: &Person, connection: &str, title: &str) -> (String, Value) {
    let form = json!({
        "connection": connection, "operation": "create_issue", "arguments": { "title": title },
    });
    let made = owner
        .write(
            Method::POST,
            "/api/v1/approvals",
            &form,
            StatusCode::CREATED,
        )
        .await
        .unwrap();
    (
        made["id"].as_str().unwrap().to_owned(),
        made["payload_hash"].clone(),
    )
}

pub(crate) async fn decide(owner: &Person, id: &str, verdict: &str, hash: &Value) -> StatusCode {
    let form = json!({ "verdict": verdict, "note": "", "payload_hash": hash });
    let path = format!("/api/v1/approvals/{id}/decision");
    owner
        .send(Method::POST, &path, Some(&form))
        .await
        .unwrap()
        .status()
}

/// Scans a connection, and returns the log once it is whole or has failed.
pub(crate) async fn scanned(owner: &Person, connection: &str, asked: &Value) -> Value {
    let path = format!("/api/v1/connections/{connection}/scan");
    let begun = owner
        .write(Method::POST, &path, asked, StatusCode::ACCEPTED)
        .await
        .unwrap();
    read_log(owner, begun["log"].as_str().unwrap()).await
}

/// Waits until a log is whole or has failed, and returns it.
pub(crate) async fn read_log(owner: &Person, id: &str) -> Value {
    let path = format!("/api/v1/logs/{id}");
    eventually("the log is read", async || {
        let log = owner.get(&path).await.unwrap();
        (log["state"] != "reading").then_some(log)
    })
    .await
}

pub(crate) async fn connect(owner: &Person, instance: &str, purpose: &str) -> String {
    owner
        .connect(("tracker", instance, purpose), &tracker_owner())
        .await
        .unwrap()
}

/// A direct connection as a login role, bound to a person's session.
pub(crate) async fn bound(app: &TestApp, role: &str, person: &Person) -> PgConnection {
    let mut connection = PgConnection::connect_with(&app.login(role)).await.unwrap();
    let hash = session_hash(person);
    let statement = format!("begin; select ctx.bind_session('\\x{}')", hash.to_hex());
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
    connection
}

pub(crate) fn session_hash(person: &Person) -> TokenHash {
    TokenHash::from_digest(crypto::digest::sha256(person.session_token().as_bytes()))
}

pub(crate) fn tracker_owner() -> TrackerOwner {
    TrackerOwner {
        login: "owner".to_owned(),
        password: PASSWORD.to_owned(),
        client_id: "countersign".to_owned(),
        client_secret: "client-secret-of-the-tests".to_owned(),
    }
}

/// Tables in which any row's text holds `text`.
pub(crate) async fn rows_with(app: &TestApp, text: &str) -> Vec<String> {
    let options = app.database.superuser_options();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c
           join pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut found = Vec::new();
    for table in tables {
        let statement = format!("select count(*) from {table} t where strpos(t::text, $1) > 0");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(statement))
            .bind(text)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if count > 0 {
            found.push(table);
        }
    }
    found
}

pub(crate) fn host_of(url: &str) -> String {
    url.trim_start_matches("http://").to_owned()
}

async fn outside(callback: &str) -> Outside {
    let tracker = start_tracker(callback).await;
    let provider = Provider::start(tracker.base_url()).await;
    Outside { provider, tracker }
}

async fn restart(app: &TestApp, old: Running) -> Running {
    old.stop().await;
    start_tracker(&format!("{}/connectors/callback", app.url)).await
}

pub(crate) async fn start_tracker(callback: &str) -> Running {
    let owner = tracker_owner();
    let settings = Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        data: None,
        client: Client {
            id: owner.client_id,
            secret: Digest::of_secret(&owner.client_secret).unwrap(),
            redirect_uris: vec![callback.parse().unwrap()],
        },
        owner: Owner {
            login: owner.login,
            password: Digest::of_secret(&owner.password).unwrap(),
        },
        seed: Seed::Simulated,
        grant_scopes: None,
        access_token_lifetime: Duration::from_hours(1),
        requests_per_minute: 100_000,
    };
    tracker::start(settings, Arc::new(SystemClock))
        .await
        .unwrap()
}
