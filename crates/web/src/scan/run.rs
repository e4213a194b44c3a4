use std::sync::Arc;
use std::time::Duration;

use db::jobs::{self, ClaimedJob, Outcome, Shift};
use kernel::{ConnectionId, LogId};
use manifest::Arguments;
use serde::Deserialize;
use tokio::sync::watch;

use super::collect::{CollectError, Reader};
use crate::AppState;
use crate::alive::while_reading;

/// Scans wait for providers more than they compute.
const SHIFT: Shift = Shift::new(4, 1);
/// A provider that is slower than this holds its place for nothing.
const LONGEST_SCAN: Duration = Duration::from_hours(2);
/// How long to wait before a scan is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// Tries of one scan.
const MAX_TRIES: i32 = 3;

#[derive(Debug, Deserialize)]
struct Payload {
    log: LogId,
    connection: ConnectionId,
    asked: String,
}

/// Runs this front's jobs, until it is dropped.
pub(crate) async fn run_jobs(state: &AppState) {
    let never = watch::channel(false).1;
    let shared = state.clone();
    let run = move |job: Arc<ClaimedJob>| {
        let state = shared.clone();
        async move { run(&state, &job).await }
    };
    jobs::work(&state.db, SHIFT, never, run).await;
}

async fn run(state: &AppState, job: &ClaimedJob) -> Outcome {
    match job.kind.as_str() {
        "connectors.scan" => scan(state, job).await,
        _ => Outcome::Failed("jobs.kind"),
    }
}

async fn scan(state: &AppState, job: &ClaimedJob) -> Outcome {
    let Ok(payload) = serde_json::from_value::<Payload>(job.payload.clone()) else {
        return Outcome::Failed("jobs.payload");
    };
    match scan_into(state, job, &payload).await {
        Ok(()) => Outcome::Done,
        Err(CollectError::Later { .. }) if job.attempt < MAX_TRIES => {
            Outcome::Retry("connectors.scan_later", RETRY_AFTER)
        }
        Err(error) => {
            fail(state, job, payload.log, &error).await;
            Outcome::Failed("connectors.scan_failed")
        }
    }
}

async fn scan_into(
    state: &AppState,
    job: &ClaimedJob,
    payload: &Payload,
) -> Result<(), CollectError> {
    let connection = {
        let mut tx = state.db.read(&job.scope()).await?;
        connectors::connection(&mut tx, payload.connection)
            .await?
            .ok_or(CollectError::Manifest)?
    };
    let manifest = state
        .apps
        .get(&connection.app)
        .ok_or(CollectError::Manifest)?;
    let asked = Arguments::parse(payload.asked.as_bytes()).map_err(|_| CollectError::Manifest)?;
    let reader = Reader {
        state,
        scope: job.scope(),
        manifest,
        connection: payload.connection,
        log: payload.log,
    };
    let collected = tokio::time::timeout(LONGEST_SCAN, reader.collect(&asked));
    let log = while_reading(state, &reader.scope, payload.log, collected)
        .await
        .map_err(|_| CollectError::TooSlow)??;
    let (log, statistics) = tokio::task::spawn_blocking(move || {
        let statistics = insight::statistics(&log);
        (log, statistics)
    })
    .await
    .map_err(|_| CollectError::TooLarge)?;
    match insight::save_log(&state.db, &job.scope(), payload.log, &log, &statistics).await {
        // Removed while it was read: nobody wants it any more.
        Ok(()) | Err(insight::SaveError::NotReading) => Ok(()),
        Err(insight::SaveError::Database(error)) => Err(error.into()),
        Err(insight::SaveError::Quota) => Err(CollectError::Quota),
        Err(insight::SaveError::Statistics(_)) => Err(CollectError::TooLarge),
    }
}

async fn fail(state: &AppState, job: &ClaimedJob, log: LogId, error: &CollectError) {
    let told = match state.db.write(&job.scope()).await {
        Ok(tx) => insight::fail_log(tx, log, "connectors.scan_failed", &error.to_string()).await,
        Err(error) => Err(error),
    };
    if let Err(error) = told {
        tracing::warn!(%error, log = %log, "insight.failure_not_stored");
    }
}
