use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::rc::Rc;
use std::time::{Duration, Instant};

use db::cluster::Cluster;
use kernel::SystemRng;
use serde::Serialize;
use url::Url;
use zeroize::Zeroizing;

use super::boot::{Sources, read_manifests};
use super::database::Database;
use super::doors;
use super::instance::{DatabasePlace, InstanceFile, Pids};
use super::keeper::Keeper;
use super::launch::{Plan, Running, launch};
use super::rounds::Rounds;
use crate::config::Config;
use crate::data_dir::{self, DataDir, Lock, LostSecret, ServerSecret, Users};
use crate::exit::Failure;

/// Requests that are under way may end; streams are cut off after a few seconds.
const FRONT_STOPS_WITHIN: Duration = Duration::from_secs(8);
/// On top of the longest call.
const BROKER_STOPS_WITHIN: Duration = Duration::from_secs(5);

/// A server that runs. Dropping it kills its processes; `stop` stops them in order.
pub(super) struct Started {
    pub(super) instance: Rc<RefCell<InstanceFile>>,
    pub(super) instance_path: PathBuf,
    pub(super) took: Duration,
    /// Whether this start made a new installation.
    pub(super) is_new: bool,
    pub(super) database: Database,
    pub(super) front: Keeper,
    pub(super) broker: Keeper,
    pub(super) rounds: Option<Rounds>,
    pub(super) _lock: Lock,
}

impl Started {
    /// Waits for the embedded database's end. Without one, for ever.
    pub(super) async fn database_ended(&self) -> Option<ExitStatus> {
        match &self.database.cluster {
            Some(cluster) => cluster.exited().await,
            None => std::future::pending().await,
        }
    }
}

/// Brings everything up.
pub(super) async fn start(config: &Config, lost_secret: LostSecret) -> Result<Started, Failure> {
    let since = Instant::now();
    let data_dir = DataDir::new(&config.data_dir);
    let users = Users::choose(&config.data_dir, config.run_as);
    let lock = data_dir.prepare(users.as_ref()).map_err(Failure::usage)?;
    let is_new = !data_dir.secret_file().exists() && !data_dir.has_cluster();
    let secret =
        ServerSecret::load_or_make(&data_dir, lost_secret, &SystemRng).map_err(Failure::usage)?;
    if let Some(users) = &users {
        data_dir::hand_over(&config.master_key_file, users.broker).map_err(Failure::usage)?;
    }
    if let Some(folder) = config.files.own_folder() {
        data_dir::make_files_folder(folder, users.as_ref()).map_err(Failure::usage)?;
    }
    let manifests = read_manifests(config.manifests.as_deref()).map_err(Failure::usage)?;
    let listener = doors::listen(config.listen).await.map_err(Failure::usage)?;
    let local_url = local_url(config, listener.local_addr().map_err(Failure::cannot_run)?)?;
    let public_url = config
        .public_url
        .clone()
        .unwrap_or_else(|| local_url.clone());
    let database = Database::start(config, &data_dir, &secret, users.as_ref()).await?;

    let sources = Sources {
        config,
        data_dir: &data_dir,
        secret: &secret,
        users: users.as_ref(),
        manifests: &manifests,
        public_url: &public_url,
    };
    let (front, broker) = (
        users.map(|users| users.front),
        users.map(|users| users.broker),
    );
    let broker_door = doors::open(&data_dir.broker_socket(), front).map_err(Failure::cannot_run)?;
    let probe_door = doors::open(&data_dir.front_socket(), None).map_err(Failure::cannot_run)?;
    let front = Plan {
        name: "front",
        user: front,
        boot: boot(
            &sources
                .front(&database.front_place)
                .map_err(Failure::usage)?,
        )?,
        stop_limit: FRONT_STOPS_WITHIN,
        sockets: vec![listener.into(), probe_door.into()],
    };
    let broker = Plan {
        name: "broker",
        user: broker,
        boot: boot(&sources.broker(&database.place).map_err(Failure::usage)?)?,
        // A call that is cut off in the middle is an unknown outcome.
        stop_limit: config.egress.timeout * 2 + BROKER_STOPS_WITHIN,
        sockets: vec![broker_door.into()],
    };
    let (front_runs, broker_runs) = tokio::try_join!(launch(&front), launch(&broker))?;
    let pids = Pids {
        supervisor: std::process::id(),
        front: front_runs.pid,
        broker: broker_runs.pid,
        database: database.cluster.as_ref().map(Cluster::pid),
    };
    let mut instance = instance(&data_dir, &database, (public_url, local_url), pids);
    instance.files_folder = config.files.folder(config.usual_files_folder());
    let (instance, path) = (Rc::new(RefCell::new(instance)), data_dir.instance_file());
    write(&instance, &path);
    Ok(Started {
        front: keep(front, front_runs, &instance, &path, |pids, pid| {
            pids.front = pid;
        }),
        broker: keep(broker, broker_runs, &instance, &path, |pids, pid| {
            pids.broker = pid;
        }),
        rounds: Rounds::start(config),
        instance,
        instance_path: path,
        took: since.elapsed(),
        is_new,
        database,
        _lock: lock,
    })
}

fn boot(configuration: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    serde_json::to_vec(configuration)
        .map(Zeroizing::new)
        .map_err(Failure::cannot_run)
}

/// Where the front listens, as a URL. Port 0 in the configuration has become a real one.
fn local_url(config: &Config, address: SocketAddr) -> Result<Url, Failure> {
    let scheme = if config.tls.is_some() {
        "https"
    } else {
        "http"
    };
    Url::parse(&format!("{scheme}://{address}")).map_err(Failure::cannot_run)
}

fn instance(
    data_dir: &DataDir,
    database: &Database,
    (public_url, local_url): (Url, Url),
    pids: Pids,
) -> InstanceFile {
    let cluster = database.cluster.as_ref();
    InstanceFile {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        public_url,
        local_url,
        data_dir: data_dir.root().to_owned(),
        cluster_dir: cluster.map(|_| data_dir.cluster()),
        log_files: cluster.map(Cluster::log_file).into_iter().collect(),
        files_folder: None,
        broker_socket: data_dir.broker_socket(),
        front_socket: data_dir.front_socket(),
        database: DatabasePlace {
            url: database.place.url.clone(),
            socket: database.place.socket.clone(),
            authority: database.place.authority.clone(),
        },
        pids,
    }
}

/// Keeps a child running, and the instance file true.
fn keep(
    plan: Plan,
    running: Running,
    instance: &Rc<RefCell<InstanceFile>>,
    path: &Path,
    set: impl Fn(&mut Pids, u32) + 'static,
) -> Keeper {
    let (instance, path) = (Rc::clone(instance), path.to_owned());
    Keeper::start(plan, running, move |pid| {
        set(&mut instance.borrow_mut().pids, pid);
        write(&instance, &path);
    })
}

fn write(instance: &RefCell<InstanceFile>, path: &Path) {
    if let Err(error) = instance.borrow().write(path) {
        tracing::warn!(%error, "server.instance_file_not_written");
    }
}
