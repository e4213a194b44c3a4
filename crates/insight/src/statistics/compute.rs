use kernel::words::count;

use super::activities::counts;
use super::bottlenecks::bottlenecks;
use super::edges::{Gaps, edges};
use super::flow::{little, weeks};
use super::percentiles::Percentiles;
use super::states::states;
use super::variants::Sequences;
use super::{Statistics, TOP_VARIANTS};
use crate::instant::instant_text;
use crate::log::EventLog;

/// Computes every figure of [`Statistics`]. Pure: the same log gives the same figures, in the same
/// order.
pub fn statistics(log: &EventLog) -> Statistics {
    let gaps = Gaps::of(log);
    let shaped = edges(log, &gaps);
    let counts = counts(log);
    let sequences = Sequences::of(log);
    let mut durations_us: Vec<i64> = log.cases().map(|case| case.duration_us()).collect();
    let case_duration_s = Percentiles::of(&mut durations_us);
    let all_times = || log.cases().flat_map(|case| case.times_us.iter().copied());
    let (first, last) = (all_times().min(), all_times().max());
    let span_us = first.zip(last).map_or(0, |(first, last)| last - first);
    let cases = log.case_count() as u64;
    Statistics {
        cases,
        events: log.event_count() as u64,
        activities: log.activity_names().len() as u64,
        variants: sequences.len() as u64,
        resources: log.resource_names().len() as u64,
        first_event: first.map(instant_text),
        last_event: last.map(instant_text),
        case_duration_s,
        activity_counts: counts.all,
        start_activities: counts.starts,
        end_activities: counts.ends,
        top_variants: sequences.top(log, TOP_VARIANTS),
        weeks: weeks(log),
        little: little(log, span_us, case_duration_s.mean),
        time_per_state: states(log, &gaps),
        rework: counts.rework,
        bottlenecks: bottlenecks(&shaped, cases),
        notes: notes(log, &gaps),
        edges: shaped.into_iter().map(|shaped| shaped.edge).collect(),
    }
}

fn notes(log: &EventLog, gaps: &Gaps) -> Vec<String> {
    let mut notes = log.notes().sentences();
    match gaps.negative {
        0 => {}
        1 => notes.push(
            "1 event is older than the one before it in its case; the file's order counts.".into(),
        ),
        many => notes.push(format!(
            "{} events are older than the one before them in their case; the file's order counts.",
            count(many)
        )),
    }
    let silent = log.notes().events_without_resource;
    if silent > 0 && silent < log.event_count() as u64 {
        let all = log.event_count() as u64;
        notes.push(format!(
            "{} of {} events name no resource.",
            count(silent),
            count(all)
        ));
    }
    notes
}
