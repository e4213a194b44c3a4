//! From the statistics of a log to what its page shows. Nothing is computed here.

use std::collections::HashMap;

use insight::{
    ActivityCount, Edge, Original, Percentiles, ProcessMap, Statistics, StoredLog, process_map,
};
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime};
use ui::Page;
use ui::chart::{Activity, CycleTimes, Detail, Flow, Transition, Week};
use ui::format::day;
use ui::insight as view;

/// What the page says beside the figures.
pub(super) struct Face {
    pub(super) page: Page,
    pub(super) source: String,
    pub(super) may_remove: bool,
    pub(super) original: Option<Original>,
    pub(super) log: StoredLog,
}

/// The whole page.
pub(super) fn dashboard(face: Face, statistics: Statistics, detail: Detail) -> view::Log {
    let Face {
        page,
        source,
        may_remove,
        original,
        log,
    } = face;
    let made_at = log.finished_at.unwrap_or(log.created_at);
    view::Log {
        page,
        id: log.id,
        name: log.name,
        source: format!("{source}, added {} by {}", day(made_at), log.added_by),
        totals: totals(&statistics, made_at),
        weeks: statistics.weeks.iter().filter_map(week).collect(),
        cycle_times: cycle_times(&statistics.case_duration_s),
        flow: flow(&statistics),
        shown: shown(process_map(&statistics, share(detail))),
        detail,
        may_remove,
        original: original.map(|original| view::Original {
            name: original.name,
            size_bytes: original.size_bytes,
        }),
        bottlenecks: statistics.bottlenecks.into_iter().map(bottleneck).collect(),
        variants: statistics.top_variants.into_iter().map(variant).collect(),
        notes: statistics.notes,
    }
}

/// An empty log has no first and last event: the day of its making stands for both.
fn totals(statistics: &Statistics, made_at: OffsetDateTime) -> view::Totals {
    let at = |text: &Option<String>| {
        text.as_deref()
            .and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok())
            .unwrap_or(made_at)
    };
    view::Totals {
        cases: statistics.cases,
        events: statistics.events,
        activities: statistics.activities,
        variants: statistics.variants,
        first_event_at: at(&statistics.first_event),
        last_event_at: at(&statistics.last_event),
    }
}

fn week(week: &insight::Week) -> Option<Week> {
    Some(Week {
        starts_on: Date::parse(&week.week, &Iso8601::DATE).ok()?,
        arrived: week.arrivals,
        completed: week.completions,
        open: week.wip_at_week_start,
    })
}

const fn cycle_times(durations: &Percentiles) -> CycleTimes {
    CycleTimes {
        p10_s: durations.p10,
        p25_s: durations.p25,
        p50_s: durations.p50,
        p75_s: durations.p75,
        p90_s: durations.p90,
        p95_s: durations.p95,
        mean_s: durations.mean,
        max_s: durations.max,
    }
}

/// How much of everything that happened each choice asks for, 0 to 1.
const fn share(detail: Detail) -> f64 {
    match detail {
        Detail::Main => 0.0,
        Detail::Common => 0.7,
        Detail::Most => 0.85,
        Detail::All => 1.0,
    }
}

/// What the map draws.
fn shown(map: ProcessMap) -> Flow {
    let activity = |node: insight::MapNode| Activity {
        name: node.activity,
        count: node.count,
        starts: node.starts,
        ends: node.ends,
    };
    let transition = |edge: insight::MapEdge| Transition {
        from: edge.from,
        to: edge.to,
        count: edge.count,
        median_s: edge.median_s,
        p90_s: edge.p90_s,
    };
    Flow {
        activities: map.nodes.into_iter().map(activity).collect(),
        transitions: map.edges.into_iter().map(transition).collect(),
    }
}

/// Every activity and every way: what the table has, and what the colours are measured by.
fn flow(statistics: &Statistics) -> Flow {
    let starts = by_name(&statistics.start_activities);
    let ends = by_name(&statistics.end_activities);
    let of = |counts: &HashMap<&str, u64>, name: &str| counts.get(name).copied().unwrap_or(0);
    let activities: Vec<Activity> = statistics
        .activity_counts
        .iter()
        .map(|activity| Activity {
            name: activity.activity.clone(),
            count: activity.count,
            starts: of(&starts, &activity.activity),
            ends: of(&ends, &activity.activity),
        })
        .collect();
    let places: HashMap<&str, usize> = activities
        .iter()
        .enumerate()
        .map(|(index, activity)| (activity.name.as_str(), index))
        .collect();
    let transition = |edge: &Edge| {
        Some(Transition {
            from: *places.get(edge.from.as_str())?,
            to: *places.get(edge.to.as_str())?,
            count: edge.count,
            median_s: edge.median_s,
            p90_s: edge.p90_s,
        })
    };
    let transitions = statistics.edges.iter().filter_map(transition).collect();
    Flow {
        activities,
        transitions,
    }
}

fn by_name(counts: &[ActivityCount]) -> HashMap<&str, u64> {
    counts
        .iter()
        .map(|count| (count.activity.as_str(), count.count))
        .collect()
}

fn bottleneck(found: insight::Bottleneck) -> view::Bottleneck {
    view::Bottleneck {
        from: found.from,
        to: found.to,
        sentence: found.sentence,
        kind: match found.kind {
            insight::BottleneckKind::Waiting => view::BottleneckKind::Waiting,
            insight::BottleneckKind::Timer => view::BottleneckKind::Timer,
        },
        count: found.count,
        total_s: found.total_s,
        median_s: found.median_s,
        p90_s: found.p90_s,
        share: found.share_of_kind,
    }
}

fn variant(variant: insight::Variant) -> view::Variant {
    view::Variant {
        steps: variant.activities,
        count: variant.count,
        share: variant.share,
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use insight::{Format, Limits, LogState};
    use kernel::LogId;
    use ui::Template as _;

    use super::*;

    /// The sample log's statistics, by way of the JSON that the database keeps.
    fn sample() -> Statistics {
        let file = include_bytes!("../../../../../examples/logs/helpdesk-simulated.xes.gz");
        let log = insight::read_log(&file[..], &Format::Auto, &Limits::default(), &mut |_| {
            ControlFlow::Continue(())
        });
        let stored = serde_json::to_value(insight::statistics(&log.unwrap())).unwrap();
        serde_json::from_value(stored).unwrap()
    }

    fn page(statistics: Statistics, detail: Detail) -> view::Log {
        let now = OffsetDateTime::UNIX_EPOCH;
        let log = StoredLog {
            id: LogId::from(uuid::Uuid::from_u128(7)),
            name: "Service desk".to_owned(),
            connection: None,
            state: LogState::Ready,
            bytes_read: 0,
            cases: 0,
            events: 0,
            error_code: None,
            error_text: None,
            statistics: None,
            added_by: "Example Owner".to_owned(),
            created_at: now,
            finished_at: None,
        };
        let page = Page {
            nonce: String::new(),
            csrf: String::new(),
            viewer: None,
            organisations: Vec::new(),
            nav: None,
            flash: None,
            waiting_approvals: 0,
            assets_base: "/assets".to_owned(),
            request_id: String::new(),
            now,
        };
        let face = Face {
            page,
            source: "Imported file".to_owned(),
            may_remove: true,
            original: None,
            log,
        };
        dashboard(face, statistics, detail)
    }

    #[test]
    fn every_way_between_steps_arrives_with_its_figures() {
        let statistics = sample();
        let flow = flow(&statistics);
        assert!(!statistics.edges.is_empty());
        assert_eq!(flow.transitions.len(), statistics.edges.len());
        for (way, edge) in flow.transitions.iter().zip(&statistics.edges) {
            assert_eq!(flow.activities[way.from].name, edge.from);
            assert_eq!(flow.activities[way.to].name, edge.to);
            let shown = (way.count, way.median_s, way.p90_s);
            assert_eq!(shown, (edge.count, edge.median_s, edge.p90_s));
        }
    }

    #[test]
    fn steps_keep_their_counts_and_every_case_starts_and_ends_once() {
        let statistics = sample();
        let flow = flow(&statistics);
        let sum = |of: fn(&Activity) -> u64| flow.activities.iter().map(of).sum::<u64>();
        assert_eq!(sum(|a| a.count), statistics.events);
        assert_eq!(sum(|a| a.starts), statistics.cases);
        assert_eq!(sum(|a| a.ends), statistics.cases);
    }

    #[test]
    fn every_bottleneck_arrives_in_its_order_with_its_kind_and_sentence() {
        let statistics = sample();
        let found = statistics.bottlenecks.clone();
        assert!(!found.is_empty());
        let log = page(statistics, Detail::Common);
        assert_eq!(log.bottlenecks.len(), found.len());
        let html = log.render().unwrap();
        for (shown, found) in log.bottlenecks.iter().zip(&found) {
            assert_eq!((&shown.from, &shown.to), (&found.from, &found.to));
            assert_eq!(shown.sentence, found.sentence);
            let is_timer = found.kind == insight::BottleneckKind::Timer;
            assert_eq!(shown.kind == view::BottleneckKind::Timer, is_timer);
            assert!(html.contains(&found.sentence), "{}", found.sentence);
        }
    }

    #[test]
    fn weeks_variants_and_notes_arrive_whole() {
        let statistics = sample();
        let (weeks, variants) = (statistics.weeks.len(), statistics.top_variants.len());
        let (cases, notes) = (statistics.cases, statistics.notes.clone());
        let log = page(statistics, Detail::All);
        assert!(weeks > 1);
        assert_eq!((log.weeks.len(), log.variants.len()), (weeks, variants));
        assert_eq!(
            log.weeks.iter().map(|week| week.arrived).sum::<u64>(),
            cases
        );
        assert_eq!(log.notes, notes);
        assert!(log.totals.first_event_at < log.totals.last_event_at);
        assert!(log.totals.first_event_at > OffsetDateTime::UNIX_EPOCH);
    }

    #[test]
    fn no_step_stands_without_a_way_to_it_and_one_from_it_at_any_detail() {
        let statistics = sample();
        let mut drawn = Vec::new();
        for detail in Detail::ALL {
            let html = page(statistics.clone(), detail).render().unwrap();
            let titles: Vec<&str> = html
                .split("<title>")
                .filter_map(|rest| Some(rest.split_once("</title>")?.0))
                .collect();
            for activity in &statistics.activity_counts {
                let name = &activity.activity;
                if !titles.iter().any(|t| t.starts_with(&format!("{name}: "))) {
                    continue;
                }
                // A loop leads nowhere.
                let loops = format!("{name} to {name}: ");
                let ways = || titles.iter().filter(|title| !title.starts_with(&loops));
                let (to, from) = (format!(" to {name}: "), format!("{name} to "));
                assert!(ways().any(|t| t.contains(&to)), "{} {name}", detail.key());
                assert!(
                    ways().any(|t| t.starts_with(&from)),
                    "{} {name}",
                    detail.key()
                );
            }
            drawn.push(titles.len());
        }
        assert!(drawn.is_sorted() && drawn[0] < drawn[3], "{drawn:?}");
    }

    #[test]
    fn the_map_that_is_shown_first_has_the_worst_bottleneck_on_it() {
        let statistics = sample();
        let worst = &statistics.bottlenecks[0];
        let way = format!("<title>{} to {}: ", worst.from, worst.to);
        let html = page(statistics.clone(), Detail::default()).render();
        assert!(html.unwrap().contains(&way), "{way}");
    }

    #[test]
    fn every_detail_is_drawn() {
        let statistics = sample();
        for detail in Detail::ALL {
            let html = page(statistics.clone(), detail).render().unwrap();
            assert!(
                html.contains("<svg") && !html.contains("NaN"),
                "{}",
                detail.key()
            );
        }
    }
}
