use std::sync::Arc;
use std::time::{Duration, Instant};

use connectors::{Scan, ScanState};
use db::jobs::{self, ClaimedJob, Outcome, Shift};
use insight::GrowingLog;
use kernel::{AuditEntry, LogId, Scope};
use manifest::Arguments;
use serde::Deserialize;
use tokio::sync::watch;

use super::error::ScanError;
use super::go_on::{GoOnError, next_round};
use super::page::Reader;
use crate::AppState;

/// Scans wait for providers more than they compute.
const SHIFT: Shift = Shift::new(4, 1);
/// For so long a scan holds its place; then whoever waited has a turn.
const TURN: Duration = Duration::from_mins(1);
/// A pause that is waited for in place.
const SHORT_PAUSE: Duration = Duration::from_secs(5);
/// The first and the longest time to leave an app alone that does not answer; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(15);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// The longest pause that an app may ask for.
const MOST_PATIENCE: Duration = Duration::from_hours(24);
/// So often in a row: about a day.
const MOST_FAILURES: u32 = 30;

#[derive(Debug, Deserialize)]
struct Payload {
    log: LogId,
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
    if job.kind != "connectors.scan" {
        return Outcome::Failed("jobs.kind");
    }
    let Ok(payload) = serde_json::from_value::<Payload>(job.payload.clone()) else {
        return Outcome::Failed("jobs.payload");
    };
    match scan(state, job, payload.log).await {
        Ok(outcome) => outcome,
        Err(db::Error::Unauthenticated | db::Error::Forbidden) => {
            // Whoever began it may not any more: the sweep says so.
            Outcome::Failed("connectors.scan_forbidden")
        }
        Err(error) => {
            tracing::warn!(%error, log = %payload.log, "connectors.scan_interrupted");
            Outcome::Retry("connectors.database", FIRST_PAUSE)
        }
    }
}

/// What becomes of a job whose scan does not run; nothing where it does, or its next round has begun.
async fn wait_or_begin(
    state: &AppState,
    scope: &Scope,
    (scan, app): (&Scan, &str),
) -> Result<Option<Outcome>, db::Error> {
    match (scan.state, scan.next_at) {
        (ScanState::Running, _) => return Ok(None),
        (ScanState::Done, Some(due)) if scan.every.is_some() => {
            if let Ok(early) = Duration::try_from(due - state.now())
                && !early.is_zero()
            {
                return Ok(Some(Outcome::Later(early + Duration::from_secs(1))));
            }
        }
        _ => return Ok(Some(Outcome::Done)),
    }
    let mut tx = state.db.write(scope).await?;
    match next_round(state, &mut tx, (scan, app), scan.job).await {
        Ok(true) => {}
        Err(GoOnError::Database(error)) => return Err(error),
        // The app was taken from this server, or its manifest says something else: the sweep says so.
        Ok(false) | Err(_) => return Ok(Some(Outcome::Failed("connectors.no_manifest"))),
    }
    tx.commit(AuditEntry::about("connectors.scan_round_begun", scan.log))
        .await?;
    Ok(None)
}

/// A turn at a scan.
async fn scan(state: &AppState, job: &ClaimedJob, log: LogId) -> Result<Outcome, db::Error> {
    let scope = job.scope();
    let mut tx = state.db.read(&scope).await?;
    let found = connectors::scan(&mut tx, log).await?;
    let Some(found) = found.filter(|it| it.job == job.id) else {
        return Ok(Outcome::Done);
    };
    let connection = connectors::connection(&mut tx, found.connection).await?;
    drop(tx);
    let Some(connection) = connection else {
        // It is shared with whoever the job acts for no more: the sweep says so.
        return Ok(Outcome::Failed("connectors.scan_forbidden"));
    };
    if let Some(outcome) = wait_or_begin(state, &scope, (&found, &connection.app)).await? {
        return Ok(outcome);
    }
    let mut tx = state.db.read(&scope).await?;
    let mut growing = GrowingLog::open(&mut tx, log).await?;
    drop(tx);
    let manifest = state.apps.get(&connection.app);
    let asked = Arguments::parse(found.asked.as_bytes()).ok();
    let (Some(manifest), Some(asked)) = (manifest, asked) else {
        // The app was taken from this server.
        return Ok(Outcome::Failed("connectors.no_manifest"));
    };
    let reader = Reader {
        state,
        scope,
        manifest,
        broker: state.broker.of(&job.organisation.to_string()),
        connection: found.connection,
        log,
        job: job.id,
        asked,
    };
    match turn(&reader, &mut growing).await {
        Ok(outcome) => Ok(outcome),
        Err(ScanError::Left) => Ok(Outcome::Done),
        Err(ScanError::Database(error)) => Err(error),
        Err(ScanError::Later {
            code,
            message,
            pause,
        }) if found.failures < MOST_FAILURES => {
            // An app that asks for a moment, again and again, and never answers is left alone for longer.
            let pause = pause.unwrap_or_default().max(patience(found.failures));
            delay(&reader, (&code, &message), pause).await
        }
        Err(error) => {
            reader.fail(&error).await?;
            Ok(Outcome::Failed("connectors.scan_failed"))
        }
    }
}

/// Reads pages until all are read, or the turn is over, or the app asks for a pause.
async fn turn(reader: &Reader<'_>, log: &mut GrowingLog) -> Result<Outcome, ScanError> {
    let begun = Instant::now();
    while begun.elapsed() < TURN {
        let mut tx = reader.state.db.read(&reader.scope).await?;
        let call = connectors::open_call(&mut tx, reader.log).await?;
        drop(tx);
        let Some(call) = call else {
            let again = reader.end().await?;
            return Ok(again.map_or(Outcome::Done, Outcome::Later));
        };
        match reader.page(&call, log).await? {
            Some(pause) if pause > SHORT_PAUSE => {
                let why = ("connectors.rate_limited", "The app asks for a pause");
                return Ok(delay(reader, why, pause).await?);
            }
            Some(pause) => tokio::time::sleep(pause).await,
            None => {}
        }
    }
    Ok(Outcome::Later(Duration::ZERO))
}

/// Says why nothing is read for a while.
async fn delay(
    reader: &Reader<'_>,
    why: (&str, &str),
    pause: Duration,
) -> Result<Outcome, db::Error> {
    let pause = pause.min(MOST_PATIENCE);
    let mut tx = reader.state.db.write(&reader.scope).await?;
    let of = (reader.log, reader.job);
    if !connectors::delay_scan(&mut tx, of, why, pause).await? {
        return Ok(Outcome::Done);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "a part of a scan, whose end is audited"
    )]
    tx.commit_silently().await?;
    Ok(Outcome::Later(pause))
}

fn patience(failures: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << failures.min(10));
    doubled.min(LONGEST_PAUSE)
}
