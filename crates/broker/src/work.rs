use std::sync::Arc;
use std::time::Duration;

use db::jobs::{self, ClaimedJob, Outcome, Queue};
use kernel::ProposalId;

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
    loop {
        match listen_and_work(&service).await {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(code = error.code(), "broker.work_interrupted");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

async fn listen_and_work<L: Ledger>(service: &Arc<Service<L>>) -> Result<(), BrokerError> {
    let mut listener = service.db.listen(&["countersign_jobs"]).await?;
    loop {
        while run_due(service).await? {}
        service.ledger.sweep(&service.db, LEASE).await?;
        // Told or not, the next look comes soon.
        let _ = tokio::time::timeout(LOOK_EVERY, listener.recv()).await;
    }
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
