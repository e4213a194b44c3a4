use std::sync::Arc;
use std::time::Duration;

use db::jobs::{self, ClaimedJob, Outcome, Shift};
use kernel::{ProposalId, Scope};
use tokio::sync::watch;

use crate::closing::close;
use crate::execute::execute;
use crate::files::sweep_files;
use crate::lease::lease;
use crate::ledger::Ledger;
use crate::provider::recheck_domains;
use crate::rotation::rotate;
use crate::service::Service;
use crate::store;

const SHIFT: Shift = Shift::new(16, 4);
/// How often to look for what time moves on.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// How often to look whether somebody asked for a rotation: they wait for it.
const ROTATE_EVERY: Duration = Duration::from_secs(1);
/// How often to look for connections that have ended.
const CLOSE_EVERY: Duration = Duration::from_secs(1);

/// How often to look for connections that nobody used for a month.
const REVIEW_EVERY: Duration = Duration::from_hours(1);

/// Sends what people approve, and moves on what time moves on, until `stopped` becomes true. What is
/// under way by then is carried to its end: a call that is cut off in the middle is an unknown
/// outcome, for a person to look into.
pub async fn work<L: Ledger>(service: Arc<Service<L>>, stopped: watch::Receiver<bool>) {
    let sender = Arc::clone(&service);
    let sending = jobs::work(&service.db, SHIFT, stopped, move |job| {
        let service = Arc::clone(&sender);
        async move { run(&service, &job).await }
    });
    tokio::select! {
        () = sending => {}
        () = sweep(&service) => {}
        () = recheck(&service) => {}
        () = rotate_keys(&service) => {}
        () = remove_files(&service) => {}
        () = review(&service) => {}
        _ = async { tokio::join!(close_ended(&service), close_ended(&service), close_ended(&service)) } => {}
    }
}

/// Until it is dropped.
async fn sweep<L: Ledger>(service: &Service<L>) {
    let lease = lease(service.egress.policy().timeout);
    loop {
        if let Err(error) = service.ledger.sweep(&service.db, lease).await {
            tracing::warn!(%error, "broker.not_swept");
        }
        service.vault.wipe();
        if let Err(error) = service.post.sweep().await {
            tracing::warn!(%error, "mail.not_swept");
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

/// Until it is dropped. Apart from the sweep: DNS takes its time.
async fn recheck<L: Ledger>(service: &Service<L>) {
    loop {
        if let Err(error) = recheck_domains(service).await {
            tracing::warn!(%error, "identity.domains_not_rechecked");
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

/// Until it is dropped. What is cut off in the middle of a transaction is done by whoever comes next.
async fn rotate_keys<L: Ledger>(service: &Service<L>) {
    loop {
        match rotate(&service.db, &service.vault).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "broker.keys_not_rotated"),
        }
        tokio::time::sleep(ROTATE_EVERY).await;
    }
}

/// Until it is dropped. What was due and is not removed yet is listed still.
async fn remove_files<L: Ledger>(service: &Service<L>) {
    loop {
        match sweep_files(&service.db, &service.files).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(%error, "broker.files_not_swept"),
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

/// Until it is dropped: apps that do not answer take the time of one of several. What is cut off in the middle is done
/// again once its turn is over.
async fn close_ended<L: Ledger>(service: &Service<L>) {
    loop {
        match close(service, &Scope::Anonymous, None).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(code = error.code(), "connectors.not_closed"),
        }
        tokio::time::sleep(CLOSE_EVERY).await;
    }
}

/// Until it is dropped.
async fn review<L: Ledger>(service: &Service<L>) {
    loop {
        if let Err(error) = raise_unused(service).await {
            tracing::warn!(%error, "connectors.not_reviewed");
        }
        tokio::time::sleep(REVIEW_EVERY).await;
    }
}

async fn raise_unused<L: Ledger>(service: &Service<L>) -> Result<(), db::Error> {
    let mut tx = service.db.write(&Scope::Anonymous).await?;
    store::raise_unused(&mut tx).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the database tells each organisation"
    )]
    tx.commit_silently().await
}

async fn run<L: Ledger>(service: &Service<L>, job: &ClaimedJob) -> Outcome {
    if let Some(delivering) = service.post.deliver(job) {
        return delivering.await;
    }
    if job.kind != "approvals.execute" {
        return Outcome::Failed("jobs.kind");
    }
    let Some(id) = proposal(job) else {
        return Outcome::Failed("jobs.payload");
    };
    // Running it twice is harmless: the second claim finds nothing to claim.
    match execute(service, &job.scope(), id).await {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::warn!(code = error.code(), "approvals.execution_interrupted");
            Outcome::Retry(error.code(), Duration::from_secs(5))
        }
    }
}

fn proposal(job: &ClaimedJob) -> Option<ProposalId> {
    job.payload.get("proposal")?.as_str()?.parse().ok()
}
