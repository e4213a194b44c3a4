use agents::{BottleneckFigures, DurationFigures, Insight, Log, WayFigures};
use db::ReadTx;
use insight::{Bottleneck, BottleneckKind, Edge, Percentiles, Statistics, StoredLog};
use kernel::LogId;

use super::approval::rfc3339;
use crate::problem::{Problem, kind};

/// What fewer cases do could point at somebody.
const SMALLEST_GROUP: u64 = 5;
/// Ways between steps that are told, the most frequent first.
const MOST_EDGES: usize = 50;

/// The organisation's event logs.
pub(super) async fn logs(tx: &mut ReadTx) -> Result<Vec<Log>, Problem> {
    let rows = insight::logs(tx).await?;
    Ok(rows.into_iter().map(log).collect())
}

/// The figures of one log. Statistics name steps, and neither cases nor people: there is nothing of
/// them to leave out but small groups.
pub(super) async fn insight(tx: &mut ReadTx, id: LogId) -> Result<Insight, Problem> {
    let row = insight::log(tx, id)
        .await?
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let statistics = row
        .statistics
        .ok_or_else(|| Problem::new(kind::LOG_NOT_READY))?;
    let statistics: Statistics = serde_json::from_value(statistics)
        .map_err(|_| Problem::new(kind::INTERNAL).because("insight.unreadable_statistics"))?;
    Ok(figures(id, row.name, statistics))
}

fn figures(id: LogId, name: String, statistics: Statistics) -> Insight {
    let cases = statistics.cases;
    let (told, withheld): (Vec<Edge>, Vec<Edge>) = statistics
        .edges
        .into_iter()
        .partition(|edge| edge.cases >= SMALLEST_GROUP);
    Insight {
        log_id: id.to_string(),
        name,
        cases,
        events: statistics.events,
        activities: statistics.activities,
        variants: statistics.variants,
        first_event: statistics.first_event,
        last_event: statistics.last_event,
        case_duration_s: durations(statistics.case_duration_s),
        bottlenecks: statistics
            .bottlenecks
            .into_iter()
            .filter(|bottleneck| cases_at(bottleneck, cases) >= SMALLEST_GROUP)
            .map(bottleneck)
            .collect(),
        edges: told.into_iter().take(MOST_EDGES).map(way).collect(),
        withheld_edges: withheld.len() as u64,
        notes: statistics.notes,
    }
}

/// How many cases pass a bottleneck, from the share that it holds.
fn cases_at(bottleneck: &Bottleneck, cases: u64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let at = bottleneck.share_of_cases * cases as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a count, rounded"
    )]
    let at = at.round() as u64;
    at
}

fn log(row: StoredLog) -> Log {
    Log {
        log_id: row.id.to_string(),
        name: row.name,
        source: if row.connection.is_some() {
            "scan"
        } else {
            "import"
        }
        .to_owned(),
        state: row.state.as_str().to_owned(),
        cases: u64::try_from(row.cases).unwrap_or(0),
        events: u64::try_from(row.events).unwrap_or(0),
        created_at: rfc3339(row.created_at),
    }
}

const fn durations(p: Percentiles) -> DurationFigures {
    DurationFigures {
        n: p.n,
        mean: p.mean,
        p10: p.p10,
        p25: p.p25,
        p50: p.p50,
        p75: p.p75,
        p90: p.p90,
        p95: p.p95,
    }
}

fn bottleneck(b: Bottleneck) -> BottleneckFigures {
    BottleneckFigures {
        from: b.from,
        to: b.to,
        kind: match b.kind {
            BottleneckKind::Waiting => "waiting",
            BottleneckKind::Timer => "timer",
        }
        .to_owned(),
        sentence: b.sentence,
        count: b.count,
        share_of_cases: b.share_of_cases,
        total_s: b.total_s,
        median_s: b.median_s,
        p90_s: b.p90_s,
    }
}

fn way(edge: Edge) -> WayFigures {
    WayFigures {
        from: edge.from,
        to: edge.to,
        count: edge.count,
        median_s: edge.median_s,
        p90_s: edge.p90_s,
    }
}

#[cfg(test)]
mod tests {
    use insight::{Format, Limits, read_log, statistics};
    use kernel::SystemRng;
    use std::ops::ControlFlow;

    use super::*;

    fn insight_of(rows: &[(u32, &str, u32)]) -> Insight {
        let rows = rows.iter().map(|(case, activity, minute)| {
            format!("C{case},{activity},2024-01-01T08:{minute:02}:00Z,Zoe Quill\n")
        });
        let csv: String = std::iter::once("case,activity,timestamp,resource\n".to_owned())
            .chain(rows)
            .collect();
        let go_on = &mut |_| ControlFlow::Continue(());
        let log = read_log(csv.as_bytes(), &Format::Auto, &Limits::default(), go_on).unwrap();
        let id = LogId::new(time::OffsetDateTime::UNIX_EPOCH, &SystemRng);
        figures(id, "Tickets".to_owned(), statistics(&log))
    }

    #[test]
    fn what_fewer_than_five_cases_do_is_withheld() {
        let mut rows = Vec::new();
        for case in 0..6 {
            rows.extend([(case, "open", 0), (case, "close", 10 + case)]);
        }
        rows.extend([(7, "open", 0), (7, "escalate", 5)]);
        let insight = insight_of(&rows);
        assert_eq!(insight.edges.len(), 1);
        assert_eq!(insight.withheld_edges, 1);
        assert_eq!(insight.bottlenecks.len(), 1);
        assert_eq!(insight.bottlenecks[0].to, "close");
    }

    #[test]
    fn neither_a_case_nor_a_person_is_named() {
        let rows: Vec<_> = (0..9)
            .flat_map(|c| [(c, "open", 0), (c, "close", 30)])
            .collect();
        let told = serde_json::to_string(&insight_of(&rows)).unwrap();
        assert!(!told.contains("Zoe") && !told.contains("\"C1\""), "{told}");
    }
}
