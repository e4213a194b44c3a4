use connectors::{Connection, ConnectionState, Every, Scan, ScanState};
use db::WriteTx;
use db::jobs::{self, NewJob, Queue};
use identity::Principal;
use kernel::{AuditEntry, JobId, LogId, Scope};
use manifest::Arguments;

use super::error::ScanError;
use super::lacking;
use super::plan::first_calls;
use crate::AppState;

/// Why a scan did not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GoOnError {
    /// It runs already.
    #[error("the scan runs already")]
    Runs,
    /// Not connected, or an app that is not scanned any more.
    #[error("this connection cannot be scanned: {0}")]
    NotScannable(&'static str),
    /// The job would not be let do all of it.
    #[error(
        "A scan reads the app and keeps the log that it makes: it takes the permission {0} too."
    )]
    Lacking(&'static str),
    /// The database failed.
    #[error("the scan could not be carried on")]
    Database(#[from] db::Error),
}

/// Carries a scan on, for `principal` from now on: one that was stopped, or came no further, from where it is; one that
/// is done by a round that reads what is new.
pub(crate) async fn go_on(
    state: &AppState,
    scope: &Scope,
    principal: &Principal,
    (scan, connection): (&Scan, &Connection),
) -> Result<(), GoOnError> {
    let mut tx = state.db.write(scope).await?;
    carry(state, &mut tx, principal, (scan, connection)).await?;
    Ok(tx
        .commit(AuditEntry::about("connectors.scan_resumed", scan.log))
        .await?)
}

/// Has a scan begin a round by itself each hour, day or week, and the next one now; or no more.
pub(crate) async fn repeat(
    state: &AppState,
    scope: &Scope,
    principal: &Principal,
    (scan, connection): (&Scan, &Connection),
    every: Option<Every>,
) -> Result<(), GoOnError> {
    let mut tx = state.db.write(scope).await?;
    let entry = connectors::repeat_scan(&mut tx, scan.log, every).await?;
    if every.is_some() {
        may(principal, connection)?;
        // The job that begins the rounds acts for whoever asked for them.
        match scan.state {
            ScanState::Done => carry(state, &mut tx, principal, (scan, connection)).await?,
            ScanState::Running => {
                let job = JobId::new(state.now(), state.db.chance());
                if connectors::take_over(&mut tx, scan.log, job).await? {
                    jobs::enqueue(&mut tx, new_job(job, principal, scan.log)).await?;
                }
            }
            ScanState::Paused | ScanState::Failed => {}
        }
    }
    Ok(tx.commit(entry).await?)
}

fn may(principal: &Principal, connection: &Connection) -> Result<(), GoOnError> {
    if let Some(lacking) = lacking(principal) {
        return Err(GoOnError::Lacking(lacking));
    }
    if connection.state != ConnectionState::Connected {
        return Err(GoOnError::NotScannable("it is not connected"));
    }
    Ok(())
}

async fn carry(
    state: &AppState,
    tx: &mut WriteTx,
    principal: &Principal,
    (scan, connection): (&Scan, &Connection),
) -> Result<(), GoOnError> {
    may(principal, connection)?;
    let job = JobId::new(state.now(), state.db.chance());
    let is_carried = match scan.state {
        ScanState::Done => next_round(state, tx, (scan, &connection.app), job).await?,
        _ => connectors::carry_on(tx, scan.log, job).await?,
    };
    if !is_carried {
        return Err(GoOnError::Runs);
    }
    insight::go_on(tx, scan.log).await?;
    jobs::enqueue(tx, new_job(job, principal, scan.log)).await?;
    Ok(())
}

/// Begins another round of a scan that is done, which `job` carries. False where it is not done.
pub(super) async fn next_round(
    state: &AppState,
    tx: &mut WriteTx,
    (scan, app): (&Scan, &str),
    job: JobId,
) -> Result<bool, GoOnError> {
    let rule = state
        .apps
        .get(app)
        .and_then(|manifest| manifest.scan.as_ref());
    let asked = Arguments::parse(scan.asked.as_bytes()).map_err(|_| ScanError::Manifest);
    let calls = rule
        .ok_or(ScanError::Manifest)
        .and_then(|rule| first_calls(rule, &asked?))
        .map_err(|_| GoOnError::NotScannable("this app has no such events to read any more"))?;
    Ok(connectors::next_round(tx, (scan.log, job), &calls).await?)
}

/// The job that carries a scan.
pub(super) fn new_job(id: JobId, principal: &Principal, log: LogId) -> NewJob {
    NewJob {
        id,
        organisation: principal.organisation,
        person: principal.user,
        queue: Queue::Front,
        kind: "connectors.scan",
        payload: serde_json::json!({ "log": log }),
    }
}
