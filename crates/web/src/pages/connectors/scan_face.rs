use connectors::{Connection, ConnectionState};
use insight::{LogState, StoredLog};
use kernel::AssetAccess;
use manifest::Scan as ScanRule;
use ui::connectors::{Scan, ScanStatus};

use crate::Can;
use crate::problem::Problem;
use crate::scan::lacking;

/// How far the newest scan of a connection is.
pub(super) async fn view<P>(
    can: &mut Can<P>,
    connection: &Connection,
) -> Result<ScanStatus, Problem> {
    let logs = insight::logs(&mut can.tx).await?;
    let newest = logs
        .into_iter()
        .find(|log| log.connection == Some(connection.id));
    let running = newest.as_ref().filter(|log| log.state == LogState::Reading);
    let calls = match running {
        Some(log) => connectors::calls_since(&mut can.tx, connection.id, log.created_at).await?,
        None => 0,
    };
    let rule = can
        .state
        .apps
        .get(&connection.app)
        .and_then(|manifest| manifest.scan.as_ref());
    Ok(ScanStatus {
        connection: connection.id,
        csrf: can.context.csrf.clone(),
        now: can.state.now(),
        asks: rule.map(asks).unwrap_or_default(),
        scan: scan(rule, connection, newest, calls),
        may_scan: lacking(&can.principal).is_none() && connection.access == AssetAccess::Edit,
    })
}

fn scan(
    rule: Option<&ScanRule>,
    connection: &Connection,
    newest: Option<StoredLog>,
    calls: u64,
) -> Scan {
    let figure = |number| u64::try_from(number).unwrap_or(0);
    match newest {
        // A connection for writing holds no right to read.
        _ if rule.is_none() || connection.writes => Scan::Unsupported,
        Some(log) if log.state == LogState::Reading => Scan::Running {
            since: log.created_at,
            calls,
            events: figure(log.events),
        },
        _ if connection.state != ConnectionState::Connected => Scan::Unavailable,
        None => Scan::Never,
        Some(log) if log.state == LogState::Failed => Scan::Failed {
            at: log.finished_at.unwrap_or(log.created_at),
            message: log.error_text.unwrap_or_default(),
        },
        Some(log) => Scan::Done {
            at: log.finished_at.unwrap_or(log.created_at),
            log: log.id,
            cases: figure(log.cases),
            events: figure(log.events),
        },
    }
}

/// What the person chooses, each once.
fn asks(rule: &ScanRule) -> Vec<String> {
    let mut names: Vec<String> = rule
        .steps
        .iter()
        .flat_map(|step| step.ask.clone())
        .collect();
    names.sort();
    names.dedup();
    names
}
