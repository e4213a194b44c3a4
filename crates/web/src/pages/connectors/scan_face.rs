use connectors::{Connection, ConnectionState, Every, Scan as Row, ScanState as State};
use kernel::AssetAccess;
use manifest::Scan as ScanRule;
use ui::connectors::{Read, Scan, ScanState, Scannable, Scans};

use crate::Can;
use crate::problem::Problem;
use crate::scan::lacking;

/// The latest are shown, and the others that are not done, or read by themselves what is new.
const SHOWN: usize = 3;

/// How far the scans of a connection are.
pub(super) async fn view<P>(can: &mut Can<P>, connection: &Connection) -> Result<Scans, Problem> {
    let rows = connectors::scans(&mut can.tx, connection.id).await?;
    let mut scans = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        if place < SHOWN || row.state != State::Done || row.every.is_some() {
            scans.push(one(can, connection, row).await?);
        }
    }
    let rule = can
        .state
        .apps
        .get(&connection.app)
        .and_then(|manifest| manifest.scan.as_ref());
    Ok(Scans {
        connection: connection.id,
        csrf: can.context.csrf.clone(),
        scannable: match rule {
            // A connection for writing holds no right to read.
            None => Scannable::No,
            Some(_) if connection.writes => Scannable::No,
            Some(_) if connection.state != ConnectionState::Connected => Scannable::Reconnect,
            Some(_) => Scannable::Yes,
        },
        asks: rule.map(asks).unwrap_or_default(),
        scans,
        may_scan: may_scan(can, connection),
    })
}

fn may_scan<P>(can: &Can<P>, connection: &Connection) -> bool {
    lacking(&can.principal).is_none()
        && connection.access == AssetAccess::Edit
        && connection.state == ConnectionState::Connected
}

/// How far one is.
pub(super) async fn one<P>(
    can: &mut Can<P>,
    connection: &Connection,
    row: Row,
) -> Result<Scan, Problem> {
    let figure = |number| u64::try_from(number).unwrap_or(0);
    // Nothing where the person may not read it.
    let log = insight::log(&mut can.tx, row.log).await?;
    let held = log.map(|log| (figure(log.cases), figure(log.events)));
    let read = Read {
        calls: row.calls.into(),
        open: row.open.into(),
        events: held.map(|(_, events)| events),
    };
    let told = row.told.unwrap_or_default();
    let ended = row.ended_at.unwrap_or(row.began_at);
    Ok(Scan {
        log: row.log,
        connection: connection.id,
        csrf: can.context.csrf.clone(),
        now: can.state.now(),
        asked: asked(&row.asked),
        state: match row.state {
            State::Running => ScanState::Running {
                since: row.began_at,
                read,
                wait: row.next_at.map(|at| (told, at)),
            },
            State::Paused => ScanState::Paused { read },
            State::Done => ScanState::Done {
                at: ended,
                held,
                next: row.next_at,
                told,
            },
            State::Failed => ScanState::Failed {
                at: ended,
                message: told,
                read,
                is_final: row.code.as_deref() == Some("insight.too_large"),
            },
        },
        every: row.every.map_or("", Every::as_str),
        may_scan: may_scan(can, connection),
    })
}

/// What was chosen, in words: the values alone.
fn asked(canonical: &str) -> String {
    let chosen: serde_json::Map<_, _> = serde_json::from_str(canonical).unwrap_or_default();
    let values = chosen.values().map(|value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    values.collect::<Vec<_>>().join(" ")
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
