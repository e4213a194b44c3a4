//! A whole server in the test's process, on a database of its own: real HTTP, real roles, a real
//! broker behind its socket.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker::egress::{Egress, EgressPolicy, Lookup, SystemLookup};
use broker::files::{FileStore, Spare};
use broker::socket::BrokerClient;
use broker::vault::{Kek, MasterKeyConfig, Vault};
use crypto::cookie::CookieKey;
use db::Db;
use kernel::{Chance as _, Clock, Secret, SystemClock, SystemRng};
use server::ledger::ApprovalsLedger;
use server::post::MailPost;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;
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
    /// The broker's master keys.
    pub master_key_file: PathBuf,
    cookie_key: [u8; 32],
    options: Options,
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
    /// Certificate authorities beside the system's, for what apps' servers show.
    pub authorities: Vec<rustls::pki_types::CertificateDer<'static>>,
    /// Hosts of manifests that are found at another origin: `egress.hosts` of the configuration.
    pub hosts: Vec<(String, String)>,
    /// Other apps than those of the binary.
    pub apps: Option<manifest::Apps>,
    /// Other rules for the broker than those of the rest.
    pub broker_apps: Option<manifest::Apps>,
    /// Leaves approved proposals where they are: nothing is sent, no mail either.
    pub without_worker: bool,
    /// Is reached as `localhost`, and not by an IP address: browsers make passkeys for names alone.
    pub named: bool,
    /// Issuers that people may sign in by.
    pub issuers: Vec<TestIssuer>,
    /// Where DNS is asked; the system's servers where there is none.
    pub name_servers: Vec<SocketAddr>,
    /// Where the master keys are; in the file alone where nothing is said.
    pub master_keys: Option<MasterKeys>,
    /// Where files are kept; in a folder where nothing is said. Asked anew at each start, with where that is.
    pub files: Option<Files>,
    /// How mail leaves; into the development mailbox where nothing is said.
    pub mail: Option<mail::Way>,
}

type MakeStore = dyn Fn(PathBuf) -> FileStore + Send + Sync;

/// Where files are kept.
#[derive(Clone)]
pub struct Files(Arc<MakeStore>);

impl Files {
    /// Where `make` says.
    pub fn new(make: impl Fn(PathBuf) -> FileStore + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Files")
    }
}

type Configs = dyn Fn(&Path) -> Vec<MasterKeyConfig> + Send + Sync;

/// Where master keys are, the first of which wraps. Asked anew at each start, with where the file is.
#[derive(Clone)]
pub struct MasterKeys(Arc<Configs>);

impl MasterKeys {
    /// Those that `configs` gives.
    pub fn new(configs: impl Fn(&Path) -> Vec<MasterKeyConfig> + Send + Sync + 'static) -> Self {
        Self(Arc::new(configs))
    }
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKeys")
    }
}

/// An issuer, as `[[issuers]]` of the configuration has it.
#[derive(Debug, Clone)]
pub struct TestIssuer {
    /// Its name in addresses, and for people.
    pub id: String,
    /// Which one it is.
    pub kind: broker::IssuerKind,
    /// This server, as it knows it.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: String,
}

impl TestIssuer {
    fn config(&self) -> broker::IssuerConfig {
        broker::IssuerConfig {
            id: self.id.clone(),
            kind: self.kind.clone(),
            client_id: self.client_id.clone(),
            client_secret: Some(Secret::new(self.client_secret.clone())),
        }
    }

    fn face(&self) -> broker::protocol::IssuerFace {
        broker::protocol::IssuerFace {
            id: self.id.clone(),
            name: self.id.clone(),
            issuer: self.kind.issuer().to_owned(),
            can_prove: self.kind.can_prove(),
        }
    }
}

#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The name in the audit log's checkpoints.
const ORIGIN: &str = "test.invalid/audit";
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
        let name = format!("cs-{}", hex::encode(SystemRng.bytes::<6>()));
        let folder = Folder(std::env::temp_dir().join(name));
        std::fs::create_dir(&folder.0).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = if options.named {
            format!("http://localhost:{}", address.port())
        } else {
            format!("http://{address}")
        };
        let master_key_file = folder.0.join("master.key");
        let broker_socket = folder.0.join("broker.sock");
        let broker = make_broker(&database, &master_key_file, &options, &url);
        let mut app = Self {
            url,
            database,
            broker_socket,
            broker,
            master_key_file,
            cookie_key: SystemRng.bytes::<32>(),
            options,
            tasks: JoinSet::new(),
            _folder: folder,
        };
        app.serve(listener).await;
        app
    }

    /// Starts everything again where it was, after [`TestApp::kill`].
    pub async fn restart(&mut self) {
        let address = self.url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind(address).await.unwrap();
        std::fs::remove_file(&self.broker_socket).unwrap();
        let (database, url) = (&self.database, &self.url);
        self.broker = make_broker(database, &self.master_key_file, &self.options, url);
        self.serve(listener).await;
    }

    /// The same, with other master keys.
    pub async fn restart_with(&mut self, keys: MasterKeys) {
        self.kill().await;
        self.options.master_keys = Some(keys);
        self.restart().await;
    }

    async fn serve(&mut self, listener: TcpListener) {
        let broker_db = role(&self.database, "countersign_broker");
        let key = server::sequencer::signing_key(self.broker.vault(), &broker_db, ORIGIN)
            .await
            .unwrap();
        let socket = UnixListener::bind(&self.broker_socket).unwrap();
        let user = rustix::process::getuid().as_raw();
        let answering = Arc::clone(&self.broker);
        self.tasks.spawn(async move {
            let _ = broker::socket::listen(socket, vec![user], answering).await;
        });
        if !self.options.without_worker {
            let never = watch::channel(false).1;
            self.tasks
                .spawn(broker::work(Arc::clone(&self.broker), never));
        }
        self.tasks
            .spawn(server::sequencer::sequence(broker_db, key));
        self.serve_front(listener);
    }

    /// A further front on the same database, behind the same broker and under the same name, as where one
    /// is not enough. Returns where it listens; requests carry the first one's host.
    pub async fn another_front(&mut self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        self.serve_front(listener);
        url
    }

    /// A further broker on the same database and with the same master keys, as where one is not enough. Returns its
    /// socket.
    pub fn another_broker(&mut self) -> PathBuf {
        let broker = make_broker(
            &self.database,
            &self.master_key_file,
            &self.options,
            &self.url,
        );
        let path = self
            .broker_socket
            .with_extension(hex::encode(SystemRng.bytes::<4>()));
        let socket = UnixListener::bind(&path).unwrap();
        let user = rustix::process::getuid().as_raw();
        self.tasks.spawn(async move {
            let _ = broker::socket::listen(socket, vec![user], broker).await;
        });
        path
    }

    fn serve_front(&mut self, listener: TcpListener) {
        let state = AppState::new(Parts {
            db: role(&self.database, "countersign_front"),
            anonymous: role(&self.database, "countersign_anon"),
            broker: BrokerClient::new(&self.broker_socket),
            apps: apps(&self.options),
            issuers: self.options.issuers.iter().map(TestIssuer::face).collect(),
            hashes: identity::HashPool::new(2, 50),
            cookie_key: CookieKey::new(&self.cookie_key),
            public_url: Url::parse(&self.url).unwrap(),
            trusted_proxies: Vec::new(),
            controls: server::verify::controls(),
            upload_limit_bytes: 256 << 20,
            mail: way(&self.options).face(),
            throttles: Throttles::default(),
        });
        self.tasks.spawn(web::run_background(state.clone()));
        let app = web::router(state).into_make_service_with_connect_info::<SocketAddr>();
        self.tasks
            .spawn(async move { axum::serve(listener, app).await.unwrap() });
    }

    /// The database as one of the login roles, for what an attacker with its password would do.
    pub fn login(&self, role: &str) -> PgConnectOptions {
        self.database.options_for(role).password(PASSWORD)
    }

    /// The database through our own door, as one of the login roles.
    pub fn db(&self, name: &str) -> Db {
        role(&self.database, name)
    }

    /// A pool of its own for a login role, on any database of the test cluster.
    pub fn role(database: &TestDatabase, name: &str, connections: u32) -> Db {
        let options = database.options_for(name).password(PASSWORD);
        Db::new(
            options,
            connections,
            Arc::new(SystemClock),
            Arc::new(SystemRng),
        )
    }

    /// Where the broker keeps files.
    pub fn files_folder(&self) -> PathBuf {
        files_folder(&self.master_key_file)
    }

    /// Ends everything at once, as a crash would.
    pub async fn kill(&mut self) {
        self.tasks.shutdown().await;
    }
}

fn make_broker(
    database: &TestDatabase,
    master_key_file: &Path,
    options: &Options,
    url: &str,
) -> Arc<broker::Service<ApprovalsLedger>> {
    let configs = match &options.master_keys {
        Some(keys) => keys.0(master_key_file),
        None => vec![MasterKeyConfig::File(master_key_file.to_owned())],
    };
    let (clock, lookup): (Arc<dyn Clock>, Arc<dyn Lookup>) =
        (Arc::new(SystemClock), Arc::new(SystemLookup));
    let kek = Kek::new(configs, &[], (&clock, &lookup, &SystemRng)).unwrap();
    let vault = Vault::new(kek);
    let egress = Egress::new(policy(options), Arc::new(SystemLookup)).unwrap();
    let rules = options.broker_apps.clone();
    let rules = rules.unwrap_or_else(|| apps(options));
    let db = role(database, "countersign_broker");
    let links = mail::Links::new(&Url::parse(url).unwrap());
    let postman = mail::Postman::new(db.clone(), way(options), links);
    let folder = files_folder(master_key_file);
    let files = match &options.files {
        Some(files) => files.0(folder),
        // A disk of tests may be small.
        None => FileStore::folder(folder, Spare::Bytes(0)).unwrap(),
    };
    let service = broker::Service::new(db, (vault, files), rules, egress, ApprovalsLedger);
    let issuers = options.issuers.iter().map(TestIssuer::config).collect();
    let service = service
        .reached_at(&Url::parse(url).unwrap())
        .with_issuers(issuers)
        .with_name_servers(&options.name_servers);
    Arc::new(service.with_post(Arc::new(MailPost::new(postman))))
}

fn files_folder(master_key_file: &Path) -> PathBuf {
    master_key_file.with_file_name("files")
}

fn way(options: &Options) -> mail::Way {
    let given = options.mail.clone();
    given.unwrap_or_else(|| mail::Way::Development(mail::DevelopmentMailbox::default()))
}

fn apps(options: &Options) -> manifest::Apps {
    let given = options.apps.clone();
    given.unwrap_or_else(|| connectors::load_apps(None).unwrap())
}

fn policy(options: &Options) -> EgressPolicy {
    let mut policy = EgressPolicy::default();
    policy
        .private
        .extend(options.private.iter().map(|host| host.parse().unwrap()));
    let hosts = options
        .hosts
        .iter()
        .map(|(host, origin)| (host.parse().unwrap(), origin.parse().unwrap()));
    policy.hosts = hosts.collect();
    policy.extra_roots.clone_from(&options.authorities);
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
        .template("countersign", &schema_hash(), async |options| {
            build(options).await
        })
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
        // Writing to a string does not fail.
        let _ = write!(text, "{permission:?}");
    }
    hex::encode(crypto::digest::sha256(text.as_bytes()))
}

async fn build(options: PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = sqlx::PgConnection::connect_with(&options).await?;
    connection.execute(db::migrate::ROLES_SQL).await?;
    connection.execute(db::migrate::DATABASE_SQL).await?;
    for role in ["migrator", "front", "broker", "anon", "verifier"] {
        let statement = format!("alter role countersign_{role} password '{PASSWORD}'");
        connection.execute(AssertSqlSafe(statement)).await?;
    }
    db::migrate::migrate(&mut connection).await.unwrap();
    access::catalogue::write(&mut connection).await?;
    connection.close().await
}

/// Takes somebody's word for their address, as the operator can.
pub async fn vouch(database: &TestDatabase, email: &str) {
    let broker = TestApp::role(database, "countersign_broker", 1);
    let email = identity::Email::parse(email).unwrap();
    assert!(identity::vouch(&broker, &email).await.unwrap());
    broker.close().await;
}

/// Runs a statement as the superuser: the tests' hand of fate.
pub async fn fate(database: &TestDatabase, statement: &'static str) {
    let options = database.superuser_options();
    let mut connection = sqlx::PgConnection::connect_with(&options).await.unwrap();
    connection.execute(statement).await.unwrap();
}
