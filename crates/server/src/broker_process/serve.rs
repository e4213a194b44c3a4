use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use broker::egress::{Egress, Lookup, SystemLookup};
use broker::files::FileStore;
use broker::vault::{Kek, MasterKeyConfig, Vault};
use db::Db;
use kernel::{Clock, SystemClock, SystemRng};
use mail::{DevelopmentMailbox, Links, Postman, Way};
use manifest::Apps;
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::exit::{Exit, Failure};
use crate::ledger::ApprovalsLedger;
use crate::post::{self, MailPost};
use crate::process::{BrokerBoot, Inherited, IssuerBoot, MailBoot, report};
use crate::{runtime, sequencer};

/// Calls, jobs and the sequencer share these.
const CONNECTIONS: u32 = 10;
/// Connections that are in use when the server stops get this long.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves until it is asked to stop.
pub(super) async fn serve(
    inherited: Inherited<BrokerBoot>,
    listener: UnixListener,
) -> Result<(), Failure> {
    let Inherited { boot, channel, .. } = inherited;
    let db = database(&boot).await?;
    let vault = vault(&boot, &db).await?;
    let key = sequencer::signing_key(&vault, &db, &boot.audit_origin)
        .await
        .map_err(Failure::cannot_run)?;
    let postman = Postman::new(db.clone(), way(&boot)?, Links::new(&boot.public_url));
    let issuers = boot.issuers.iter().map(IssuerBoot::config).collect();
    let files = files(&boot, &db).await?;
    let service = service(&boot, db.clone(), (vault, files))?
        .reached_at(&boot.public_url)
        .with_issuers(issuers)
        .with_name_servers(&boot.egress.dns().map_err(Failure::usage)?);
    let service = Arc::new(service.with_post(Arc::new(MailPost::new(postman))));
    listener
        .set_nonblocking(true)
        .map_err(Failure::cannot_run)?;
    let listener = tokio::net::UnixListener::from_std(listener).map_err(Failure::cannot_run)?;
    let mut tasks = JoinSet::new();
    let answering = Arc::clone(&service);
    let listening = tasks.spawn(async move {
        if let Err(error) = broker::socket::listen(listener, boot.peers, answering).await {
            tracing::error!(%error, "broker.socket_failed");
        }
    });
    let (stop, stopped) = watch::channel(false);
    let mut work = tokio::spawn(broker::work(Arc::clone(&service), stopped));
    tasks.spawn(sequencer::sequence(db.clone(), key));
    report(&channel, Ok(())).map_err(Failure::cannot_run)?;
    tokio::select! {
        stop = runtime::asked_to_stop(channel) => stop.map_err(Failure::cannot_run)?,
        // None of them ends by itself: a broker that does half its work is worse than a new one.
        _ = tasks.join_next() => return Err(ended()),
        _ = &mut work => return Err(ended()),
    }
    // Nothing new: what is under way is carried to its end.
    listening.abort();
    stop.send_replace(true);
    // The supervisor waits for longer than a call may take, and then ends this process.
    let _ = work.await;
    tasks.shutdown().await;
    service.landed().await;
    let _ = tokio::time::timeout(DRAIN, db.close()).await;
    Ok(())
}

fn ended() -> Failure {
    Failure {
        exit: Exit::CannotRun,
        chain: vec!["a part of the broker ended".to_owned()],
    }
}

async fn database(boot: &BrokerBoot) -> Result<Db, Failure> {
    let options = boot.database.options().map_err(Failure::cannot_run)?;
    let mut connection = options.connect().await.map_err(Failure::cannot_run)?;
    db::guard::check(&mut connection)
        .await
        .map_err(Failure::cannot_run)?;
    connection.close().await.map_err(Failure::cannot_run)?;
    Ok(Db::new(
        options,
        CONNECTIONS,
        Arc::new(SystemClock),
        Arc::new(SystemRng),
    ))
}

async fn vault(boot: &BrokerBoot, db: &Db) -> Result<Vault, Failure> {
    let in_use = broker::master_keys_in_use(db)
        .await
        .map_err(Failure::cannot_run)?;
    let file = &boot.master_key_file;
    let configs = boot.master_keys.iter().map(|key| key.config(file));
    let mut configs: Vec<_> = configs.collect::<Result<_, _>>().map_err(Failure::usage)?;
    if configs.is_empty() {
        configs.push(MasterKeyConfig::File(file.clone()));
    }
    let (clock, lookup): (Arc<dyn Clock>, Arc<dyn Lookup>) =
        (Arc::new(SystemClock), Arc::new(SystemLookup));
    let kek = Kek::new(configs, &in_use, (&clock, &lookup, db.chance())).map_err(Failure::usage)?;
    kek.check(db.chance()).await.map_err(Failure::usage)?;
    Ok(Vault::new(kek))
}

/// Where files are kept, once that was tried.
async fn files(boot: &BrokerBoot, db: &Db) -> Result<FileStore, Failure> {
    let store = boot.files.store(Arc::new(SystemLookup));
    let store = store.map_err(Failure::usage)?;
    store.check(db.chance()).await.map_err(Failure::usage)?;
    Ok(store)
}

fn way(boot: &BrokerBoot) -> Result<Way, Failure> {
    let smtp = match &boot.mail {
        MailBoot::Off => return Ok(Way::Off),
        MailBoot::Development => return Ok(Way::Development(DevelopmentMailbox::default())),
        MailBoot::Smtp(smtp) => smtp,
    };
    let settings = smtp.settings(&boot.public_url).map_err(Failure::usage)?;
    let smtp = post::smtp(settings).map_err(Failure::cannot_run)?;
    Ok(Way::Smtp(Arc::new(smtp)))
}

fn service(
    boot: &BrokerBoot,
    db: Db,
    (vault, files): (Vault, FileStore),
) -> Result<broker::Service<ApprovalsLedger>, Failure> {
    let apps = Apps::new(&boot.manifests).map_err(Failure::usage)?;
    let policy = boot.egress.policy().map_err(Failure::usage)?;
    let egress = Egress::new(policy, Arc::new(SystemLookup)).map_err(Failure::cannot_run)?;
    Ok(broker::Service::new(
        db,
        (vault, files),
        apps,
        egress,
        ApprovalsLedger,
    ))
}
