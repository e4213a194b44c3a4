use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::{ClaimedJob, Outcome, claim, finish, renew};
use crate::{Db, Error};

/// How a process works its queue off: the database gives each login the jobs of its own.
#[derive(Debug, Clone, Copy)]
pub struct Shift {
    /// Jobs under way at once.
    pub slots: usize,
    /// Of those, jobs of one organisation: what they wait for must not hold everybody up.
    pub most_each: usize,
    /// A job whose process has not been heard of for so long is claimed by another one. A process
    /// that lives says so three times as often.
    pub lease: Duration,
}

impl Shift {
    /// A shift with the lease that suits a process that looks after itself.
    pub const fn new(slots: usize, most_each: usize) -> Self {
        Self {
            slots,
            most_each,
            lease: LEASE,
        }
    }
}

const LEASE: Duration = Duration::from_mins(1);
/// How often to look without being told, for jobs whose time comes by itself and for what another
/// process left behind.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long to wait before the database is asked again after it failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Runs due jobs, each as soon as there is a slot for it, until `stopped` becomes true; what is under
/// way by then is carried to its end.
pub async fn work<F, Running>(db: &Db, shift: Shift, mut stopped: watch::Receiver<bool>, run: F)
where
    F: Fn(Arc<ClaimedJob>) -> Running + Clone + Send + 'static,
    Running: Future<Output = Outcome> + Send + 'static,
{
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        if let Err(error) = serve(db, shift, (&mut running, &mut stopped), &run).await {
            tracing::warn!(%error, "jobs.interrupted");
            pause(AFTER_FAILURE, &mut stopped).await;
        }
    }
    while let Some(ended) = running.join_next().await {
        note(ended);
    }
}

async fn serve<F, Running>(
    db: &Db,
    shift: Shift,
    (running, stopped): (&mut JoinSet<()>, &mut watch::Receiver<bool>),
    run: &F,
) -> Result<(), Error>
where
    F: Fn(Arc<ClaimedJob>) -> Running + Clone + Send + 'static,
    Running: Future<Output = Outcome> + Send + 'static,
{
    let mut listener = db.listen(&["countersign_jobs"]).await?;
    while !*stopped.borrow() {
        let free = shift.slots.saturating_sub(running.len());
        if free > 0 {
            for job in claim(db, free, shift).await? {
                running.spawn(one(db.clone(), (job, shift.lease), run.clone()));
            }
        }
        if running.len() >= shift.slots {
            tokio::select! {
                Some(ended) = running.join_next() => note(ended),
                () = stop(stopped) => {}
            }
        } else {
            tokio::select! {
                // Told or not, the next look comes soon.
                told = listener.recv() => drop(told?),
                Some(ended) = running.join_next() => note(ended),
                () = pause(LOOK_EVERY, stopped) => {}
            }
        }
    }
    Ok(())
}

/// Runs one job, under a lease that lasts as long as it does.
async fn one<F, Running>(db: Db, (job, lease): (ClaimedJob, Duration), run: F)
where
    F: Fn(Arc<ClaimedJob>) -> Running,
    Running: Future<Output = Outcome>,
{
    let job = Arc::new(job);
    let outcome = tokio::select! {
        outcome = run(Arc::clone(&job)) => outcome,
        never = keep(&db, &job, lease) => match never {},
    };
    if let Err(error) = finish(&db, &job, outcome).await {
        // Its lease runs out, and it is claimed again: what it does must bear that.
        tracing::warn!(%error, job = %job.id, "jobs.not_finished");
    }
}

async fn keep(db: &Db, job: &ClaimedJob, lease: Duration) -> Infallible {
    loop {
        tokio::time::sleep(lease / 3).await;
        if let Err(error) = renew(db, job, lease).await {
            tracing::warn!(%error, job = %job.id, "jobs.not_renewed");
        }
    }
}

fn note(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "jobs.panicked");
    }
}

/// Waits, or ends early at the stop.
async fn pause(wait: Duration, stopped: &mut watch::Receiver<bool>) {
    let _ = tokio::time::timeout(wait, stop(stopped)).await;
}

async fn stop(stopped: &mut watch::Receiver<bool>) {
    // An error says that nobody can stop it any more: then it goes on.
    if stopped.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending::<()>().await;
    }
}
