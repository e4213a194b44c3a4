use access::catalogue;
use connectors::{Connection, ConnectionState};
use db::jobs;
use identity::Principal;
use insight::{NewLog, Source};
use kernel::{JobId, LogId, Scope};
use manifest::{Arguments, Scan};

use super::error::ScanError;
use super::go_on::new_job;
use super::plan::{first_calls, text};
use crate::AppState;

/// Of what is chosen for a scan, as JSON in bytes.
const LONGEST_ASKED: usize = 2000;

/// Why a scan did not begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartScanError {
    /// Not connected, made for writing, or an app that is not scanned.
    #[error("this connection cannot be scanned: {0}")]
    NotScannable(&'static str),
    /// The scan needs something that the person has to choose, or what was given is no such thing.
    #[error("{0}")]
    Asked(String),
    /// The job would not be let do all of it.
    #[error(
        "A scan reads the app and keeps the log that it makes: it takes the permission {0} too."
    )]
    Lacking(&'static str),
    /// The database failed.
    #[error("the scan could not be begun")]
    Database(#[from] db::Error),
}

/// Adds an empty log and the job that fills it, together. `asked` is the text of a JSON object with
/// what the app's scan wants to know, such as a repository.
pub(crate) async fn start_scan(
    state: &AppState,
    scope: &Scope,
    principal: &Principal,
    connection: &Connection,
    asked: &str,
) -> Result<LogId, StartScanError> {
    let manifest = state.apps.get(&connection.app);
    let scan = manifest.and_then(|manifest| manifest.scan.as_ref());
    let scan = scan.ok_or(StartScanError::NotScannable(
        "this app has no events to read",
    ))?;
    if connection.state != ConnectionState::Connected {
        return Err(StartScanError::NotScannable("it is not connected"));
    }
    if connection.writes {
        return Err(StartScanError::NotScannable("it was made for writing"));
    }
    if let Some(lacking) = lacking(principal) {
        return Err(StartScanError::Lacking(lacking));
    }
    let asked = check_asked(scan, asked)?;
    let now = state.now();
    let log = LogId::new(now, state.db.chance());
    let new = NewLog::parse(&connection.name, Source::Scan(connection.id))
        .map_err(|error| StartScanError::Asked(error.to_string()))?;
    let wrong = |error: ScanError| StartScanError::Asked(error.to_string());
    let calls = first_calls(scan, &asked).map_err(wrong)?;
    let canonical = text(&asked).map_err(wrong)?;
    let job = JobId::new(now, state.db.chance());
    let mut tx = state.db.write(scope).await?;
    jobs::enqueue(&mut tx, new_job(job, principal, log)).await?;
    let created = insight::create_log(&mut tx, log, new).await?;
    connectors::begin_scan(&mut tx, (log, connection.id, job), (&canonical, &calls)).await?;
    tx.commit(created).await?;
    Ok(log)
}

/// The first permission that the job of a scan takes and `principal` does not hold, if any (`jobs.needs`).
pub(crate) fn lacking(principal: &Principal) -> Option<&'static str> {
    [
        catalogue::CONNECTORS_READ.name,
        catalogue::CONNECTORS_SCAN.name,
        catalogue::INSIGHT_IMPORT.name,
        catalogue::INSIGHT_READ.name,
    ]
    .into_iter()
    .find(|needed| !principal.permissions.iter().any(|held| held == needed))
}

/// Exactly what the scan's steps ask for.
fn check_asked(scan: &Scan, text: &str) -> Result<Arguments, StartScanError> {
    let wrong = |error: &dyn std::fmt::Display| StartScanError::Asked(error.to_string());
    let asked = Arguments::parse(text.as_bytes()).map_err(|error| wrong(&error))?;
    let names = || scan.steps.iter().flat_map(|step| &step.ask);
    if let Some(name) = names().find(|name| asked.get(name).is_none()) {
        return Err(StartScanError::Asked(format!("say which {name} to scan")));
    }
    if let Some(name) = asked
        .names()
        .find(|name| !names().any(|asked| asked == name))
    {
        return Err(StartScanError::Asked(format!(
            "the scan asks for no {name}"
        )));
    }
    if text.len() > LONGEST_ASKED {
        return Err(StartScanError::Asked("that is too long".to_owned()));
    }
    Ok(asked)
}
