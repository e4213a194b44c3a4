use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use broker::socket::BrokerClient;
use db::Db;

use kernel::{ApiKeyId, Scope, Secret, SystemClock, SystemRng, TokenHash};
use reqwest::header::{HOST, HeaderMap, HeaderValue};
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use time::OffsetDateTime;
use trust::{ControlSession, control_sessions, sweep_controls};
use url::Url;

/// A running server, as the verifier finds it.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Where it listens, on this machine.
    pub url: Url,
    /// The host that it is known as: it serves no other.
    pub host: String,
    /// Its data directory.
    pub data_dir: PathBuf,
    /// The embedded cluster's files, where it has one.
    pub cluster_dir: Option<PathBuf>,
    /// Its logs.
    pub log_files: Vec<PathBuf>,
    /// The broker's socket.
    pub broker_socket: PathBuf,
    /// Where the broker keeps files; nothing where that is a bucket.
    pub files_folder: Option<PathBuf>,
    /// The front's probe socket.
    pub front_socket: PathBuf,
    /// The front's process.
    pub front_pid: u32,
    /// The broker's process.
    pub broker_pid: u32,
    /// The login of the front's role.
    pub front: PgConnectOptions,
    /// The login of the broker's role.
    pub broker: PgConnectOptions,
    /// The login that anonymous keys read by.
    pub anonymous: PgConnectOptions,
    /// The login of the verifier's role.
    pub verifier: PgConnectOptions,
}

/// What every control works with.
#[derive(Debug)]
pub struct Context {
    /// The server.
    pub instance: Instance,
    /// The attacker's session.
    pub a: ControlSession,
    /// The attacked one's session.
    pub b: ControlSession,
    /// The attacker's API key.
    pub key_a: Secret<String>,
    /// How long a daily control may take; for ever where nothing.
    pub patience: Option<Duration>,
    keys: [ApiKeyId; 2],
    /// The database as the verifier.
    pub db: Db,
    /// The way to the broker.
    pub broker: BrokerClient,
    /// A client that follows nothing and sends no cookie by itself.
    pub http: reqwest::Client,
}

/// How long the keys of a round last, should nobody sweep them away.
pub(super) const LIFETIME: Duration = Duration::from_mins(10);
/// How long a daily control may take where nobody waits for it.
const PATIENCE: Duration = Duration::from_hours(1);

/// Why the controls could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// The database failed.
    #[error("the database cannot be reached as the verifier")]
    Database(#[from] db::Error),
    /// The database failed.
    #[error("the database cannot be reached as the front")]
    Front(#[from] sqlx::Error),
    /// No HTTP client.
    #[error("no HTTP client could be made")]
    Http(#[from] reqwest::Error),
}

impl Context {
    /// Starts the control organisations' sessions.
    pub async fn new(instance: Instance) -> Result<Self, ContextError> {
        let db = Db::new(
            instance.verifier.clone(),
            2,
            Arc::new(SystemClock),
            Arc::new(SystemRng),
        );
        let (a, b) = control_sessions(&db).await?;
        let scopes = every_scope();
        let (key_a, first) = make_key(&instance, &db, &a, (&scopes, LIFETIME)).await?;
        // Nobody uses it: B has to have one, for A not to see it.
        let (_, second) = make_key(&instance, &db, &b, (&scopes, LIFETIME)).await?;
        // HTTP/2 would take the host from the address.
        let known_as: HeaderMap = HeaderValue::from_str(&instance.host)
            .map(|host| [(HOST, host)].into_iter().collect())
            .unwrap_or_default();
        #[expect(
            clippy::disallowed_methods,
            reason = "the verifier calls the server that it checks"
        )]
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .default_headers(known_as)
            .tls_danger_accept_invalid_certs(true)
            .timeout(Duration::from_secs(20))
            .build()?;
        let broker = BrokerClient::new(&instance.broker_socket);
        Ok(Self {
            instance,
            a,
            b,
            key_a,
            patience: Some(PATIENCE),
            keys: [first, second],
            db,
            broker,
            http,
        })
    }

    /// Lets the daily controls take the time that they need.
    #[must_use]
    pub fn for_as_long_as_it_takes(self) -> Self {
        Self {
            patience: None,
            ..self
        }
    }

    /// Takes away what this round made, and ends its connections.
    pub async fn close(self) -> Result<(), db::Error> {
        let sessions = [self.a.session, self.b.session];
        sweep_controls(&self.db, &sessions, &self.keys).await?;
        self.db.close().await;
        Ok(())
    }

    /// Another key of the attacker's, which whoever made it sweeps away.
    pub(super) async fn another_key(
        &self,
        lifetime: Duration,
    ) -> Result<(Secret<String>, ApiKeyId), sqlx::Error> {
        make_key(
            &self.instance,
            &self.db,
            &self.a,
            (&every_scope(), lifetime),
        )
        .await
    }

    /// A connection of the front's login, as somebody who stole it would have, bound to nobody.
    pub async fn as_front(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.instance.front).await
    }

    /// A connection of the broker's login, bound to nobody.
    pub async fn as_broker(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.instance.broker).await
    }

    /// A connection of the anonymous login, bound to nobody.
    pub async fn as_anonymous(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.instance.anonymous).await
    }

    /// The address of a path of the server.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.instance.url.as_str().trim_end_matches('/'))
    }

    /// What the API answers to the attacker's own key.
    ///
    /// # Errors
    /// Where it answers with an error, or with no JSON.
    pub(super) async fn told(&self, path: &str) -> Result<Value, reqwest::Error> {
        let asked = self.http.get(self.at(path));
        let answer = asked.bearer_auth(self.key_a.expose()).send().await?;
        answer.error_for_status()?.json().await
    }

    /// The present moment.
    pub fn now(&self) -> OffsetDateTime {
        self.db.clock().now()
    }

    /// The attacker's scope.
    pub const fn scope_a(&self) -> Scope {
        Scope::Session(self.a.hash)
    }
}

/// Begins a transaction bound to a session, as any SQL client could.
pub(super) async fn begin_as(
    connection: &mut PgConnection,
    session: &TokenHash,
) -> Result<(), sqlx::Error> {
    let statement = format!("begin; select ctx.bind_session('\\x{}')", session.to_hex());
    connection.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}

/// What a key may hold at most.
fn every_scope() -> Vec<String> {
    access::catalogue::ALL
        .iter()
        .filter(|permission| permission.for_programs)
        .map(|permission| permission.name.to_owned())
        .collect()
}

/// An API key of a control organisation's owner.
pub(super) async fn make_key(
    instance: &Instance,
    db: &Db,
    session: &ControlSession,
    (scopes, lifetime): (&[String], Duration),
) -> Result<(Secret<String>, ApiKeyId), sqlx::Error> {
    let token = crypto::token::generate(crypto::token::TokenKind::ApiKey, db.chance());
    let hash = crypto::digest::sha256(token.expose().as_bytes());
    let id = ApiKeyId::new(db.clock().now(), db.chance());
    let mut connection = PgConnection::connect_with(&instance.front).await?;
    begin_as(&mut connection, &session.hash).await?;
    sqlx::query(
        "insert into access.api_keys (id, org_id, user_id, name, face, token_hash, scopes, expires_at)
         values ($1, $2, $3, 'countersign verify', $4, $5, $6, now() + make_interval(secs => $7))",
    )
    .bind(id.uuid())
    .bind(session.organisation.uuid())
    .bind(session.user.uuid())
    .bind(crypto::token::face(token.expose()))
    .bind(hash.as_slice())
    .bind(scopes)
    .bind(lifetime.as_secs_f64())
    .execute(&mut connection)
    .await?;
    connection.execute("commit").await?;
    Ok((token, id))
}
