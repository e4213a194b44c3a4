use std::sync::Arc;
use std::time::Duration;

use db::jobs::{self, ClaimedJob, Outcome, Queue};
use kernel::ProposalId;
use tokio::sync::watch;

use crate::error::BrokerError;
use crate::execute::execute;
use crate::ledger::Ledger;
use crate::service::Service;

/// Jobs under way at once.
const MAX_JOBS: usize = 16;
/// Longer than any call may take: a job whose lease ran out belongs to a broker that died.
const LEASE: Duration = Duration::from_mins(2);
/// How often to look without being told, for jobs whose time comes by itself and for what another
/// broker left behind.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long to wait before the database is asked again after it failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Sends what people approve, and moves on what time moves on, until the process ends.
pub async fn work<L: Ledger>(service: Arc<Service<L>>) {
    // Nobody sends: it never stops.
    let (_stop, stopped) = watch::channel(false);
    work_until(service, stopped).await;
}

/// The same, until `stopped` becomes true. What is under way by then is carried to its end: a call
/// that is cut off in the middle is an unknown outcome, for a person to look into.
pub async fn work_until<L: Ledger>(service: Arc<Service<L>>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        match listen_and_work(&service, &mut stopped).await {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(code = error.code(), "broker.work_interrupted");
                pause(AFTER_FAILURE, &mut stopped).await;
            }
        }
    }
}

async fn listen_and_work<L: Ledger>(
    service: &Arc<Service<L>>,
    stopped: &mut watch::Receiver<bool>,
) -> Result<(), BrokerError> {
    let mut listener = service.db.listen(&["countersign_jobs"]).await?;
    while !*stopped.borrow() {
        while run_due(service).await? && !*stopped.borrow() {}
        service.ledger.sweep(&service.db, LEASE).await?;
        tokio::select! {
            // Told or not, the next look comes soon.
            _ = listener.recv() => {}
            () = pause(LOOK_EVERY, stopped) => {}
        }
    }
    Ok(())
}

/// Waits, or ends early at the stop.
async fn pause(wait: Duration, stopped: &mut watch::Receiver<bool>) {
    // An error says that nobody can stop it any more: then it goes on.
    let stop = async {
        if stopped.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let _ = tokio::time::timeout(wait, stop).await;
}

/// Runs what is due. True where there may be more.
async fn run_due<L: Ledger>(service: &Arc<Service<L>>) -> Result<bool, BrokerError> {
    let claimed = jobs::claim(&service.db, Queue::Broker, MAX_JOBS, LEASE).await?;
    let full = claimed.len() == MAX_JOBS;
    let mut running = tokio::task::JoinSet::new();
    for job in claimed {
        let service = Arc::clone(service);
        running.spawn(async move { run(&service, &job).await });
    }
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(Err(error)) => tracing::warn!(code = error.code(), "broker.job_failed"),
            Err(error) => tracing::error!(%error, "broker.job_panicked"),
            Ok(Ok(())) => {}
        }
    }
    Ok(full)
}

async fn run<L: Ledger>(service: &Service<L>, job: &ClaimedJob) -> Result<(), BrokerError> {
    let outcome = match job.kind.as_str() {
        "approvals.execute" => match proposal(job) {
            // Running it twice is harmless: the second claim finds nothing to claim.
            Some(id) => match execute(service, &job.scope(), id).await {
                Ok(()) => Outcome::Done,
                Err(error) => {
                    tracing::warn!(code = error.code(), "approvals.execution_interrupted");
                    Outcome::Retry(error.code(), Duration::from_secs(5))
                }
            },
            None => Outcome::Failed("jobs.payload"),
        },
        _ => Outcome::Failed("jobs.kind"),
    };
    Ok(jobs::finish(&service.db, job, outcome).await?)
}

fn proposal(job: &ClaimedJob) -> Option<ProposalId> {
    job.payload.get("proposal")?.as_str()?.parse().ok()
}
