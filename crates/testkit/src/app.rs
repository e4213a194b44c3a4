//! A whole server in the test's process, on a database of its own: real HTTP, real roles, a real
//! broker behind its socket.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use broker::egress::{Egress, EgressPolicy, SystemLookup};
use broker::socket::BrokerClient;
use broker::vault::Vault;
use crypto::MasterKey;
use crypto::cookie::CookieKey;
use db::Db;
use kernel::{Chance as _, Secret, SystemClock, SystemRng};
use server::ledger::ApprovalsLedger;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinSet;
use url::Url;
use web::{AppState, Parts, Throttles};

use crate::cluster::{self, TestDatabase};

/// A running server. Everything ends when it is dropped.
#[derive(Debug)]
pub struct TestApp {
    /// Where it serves, without a trailing slash.
    pub url: String,
    /// Its database.
    pub database: TestDatabase,
    /// The broker's socket.
    pub broker_socket: PathBuf,
    /// The broker, for tests that look at its door.
    pub broker: Arc<broker::Service<ApprovalsLedger>>,
    tasks: JoinSet<()>,
    _folder: Folder,
}

/// What a test may ask of its server.
#[derive(Debug, Default)]
pub struct Options {
    /// Private hosts that the broker may call, `host:port`.
    pub private: Vec<String>,
    /// How long a call may take.
    pub timeout: Option<std::time::Duration>,
    /// The longest answer, in bytes.
    pub max_answer_bytes: Option<usize>,
    /// Leaves approved proposals where they are: nothing is sent.
    pub without_worker: bool,
}

#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The password of every login role on the test cluster.
const PASSWORD: &str = "testkit";

impl TestApp {
    /// A server that calls no private host.
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// A server as `options` say.
    pub async fn start_with(options: Options) -> Self {
        let database = fresh_database().await;
        let folder = Folder(std::env::temp_dir().join(format!("cs-{}", hex::encode(SystemRng.bytes::<6>()))));
        std::fs::create_dir(&folder.0).unwrap();
        let broker_socket = folder.0.join("broker.sock");
        let broker_db = role(&database, "countersign_broker");
        let master = MasterKey::new(&Secret::new(SystemRng.bytes::<32>()));
        let vault = Vault::new(master);
        let key = server::sequencer::signing_key(&vault, &broker_db, "test.invalid/audit").await.unwrap();
        let egress = Egress::new(policy(&options), Arc::new(SystemLookup)).unwrap();
        let apps = connectors::load_apps(None).unwrap();
        let broker = Arc::new(broker::Service::new(
            broker_db.clone(),
            vault,
            apps.clone(),
            egress,
            ApprovalsLedger,
        ));
        let mut tasks = JoinSet::new();
        let listener = UnixListener::bind(&broker_socket).unwrap();
        let user = rustix::process::getuid().as_raw();
        let answering = Arc::clone(&broker);
        tasks.spawn(async move {
            let _ = broker::socket::listen(listener, vec![user], answering).await;
        });
        if !options.without_worker {
            tasks.spawn(broker::work(Arc::clone(&broker)));
        }
        tasks.spawn(server::sequencer::sequence(broker_db, key));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = AppState::new(Parts {
            db: role(&database, "countersign_front"),
            broker: BrokerClient::new(&broker_socket),
            apps,
            hashes: identity::HashPool::new(2, 50),
            cookie_key: CookieKey::new(&SystemRng.bytes::<32>()),
            public_url: Url::parse(&url).unwrap(),
            trusted_proxies: Vec::new(),
            controls: server::verify::controls(),
            audit_origin: "test.invalid/audit".to_owned(),
            upload_limit_bytes: 256 << 20,
            throttles: Throttles::default(),
        });
        tasks.spawn(web::run_background(state.clone()));
        let app = web::router(state).into_make_service_with_connect_info::<SocketAddr>();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, database, broker_socket, broker, tasks, _folder: folder }
    }

    /// The database as one of the login roles, for what an attacker with its password would do.
    pub fn login(&self, role: &str) -> PgConnectOptions {
        self.database.options_for(role).password(PASSWORD)
    }

    /// The database through our own door, as one of the login roles.
    pub fn db(&self, name: &str) -> Db {
        role(&self.database, name)
    }

    /// Ends everything at once, as a crash would.
    pub async fn kill(&mut self) {
        self.tasks.shutdown().await;
    }
}

fn policy(options: &Options) -> EgressPolicy {
    let mut policy = EgressPolicy::default();
    policy.private.extend(options.private.iter().map(|host| host.parse().unwrap()));
    policy.timeout = options.timeout.unwrap_or(policy.timeout);
    policy.max_answer_bytes = options.max_answer_bytes.unwrap_or(policy.max_answer_bytes);
    policy
}

fn role(database: &TestDatabase, name: &str) -> Db {
    let options = database.options_for(name).password(PASSWORD);
    Db::new(options, 8, Arc::new(SystemClock), Arc::new(SystemRng))
}

/// A migrated database, cloned from a template that is made once for each state of the schema.
pub async fn fresh_database() -> TestDatabase {
    let cluster = cluster::shared();
    let template = cluster
        .template("countersign", &schema_hash(), async |options| build(options).await)
        .await
        .unwrap();
    cluster.fresh_database(&template).await.unwrap()
}

fn schema_hash() -> String {
    let mut text = String::from(db::migrate::ROLES_SQL);
    text.push_str(db::migrate::DATABASE_SQL);
    for migration in db::migrate::MIGRATIONS {
        text.push_str(migration.sql());
    }
    for permission in access::catalogue::ALL {
        text.push_str(&format!("{permission:?}"));
    }
    hex::encode(crypto::digest::sha256(text.as_bytes()))
}

async fn build(options: PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = sqlx::PgConnection::connect_with(&options).await?;
    connection.execute(db::migrate::ROLES_SQL).await?;
    connection.execute(db::migrate::DATABASE_SQL).await?;
    for role in ["migrator", "front", "broker", "verifier"] {
        let statement = format!("alter role countersign_{role} password '{PASSWORD}'");
        connection.execute(AssertSqlSafe(statement)).await?;
    }
    db::migrate::migrate(&mut connection).await.unwrap();
    access::catalogue::write(&mut connection).await?;
    connection.close().await
}
