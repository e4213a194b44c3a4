use serde::{Deserialize, Serialize};

use super::edges::Gaps;
use super::percentiles::{percentile_s, share, total_s};
use crate::log::EventLog;

/// Time that passes after an activity, until the next event of the case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The activity after which the time passes.
    pub activity: String,
    /// How often another event follows it.
    pub visits: u64,
    /// In how many cases one does.
    pub cases: u64,
    /// All of this time, in seconds.
    pub total_s: f64,
    /// Its share of all time between events.
    pub share: f64,
    /// Median time until the next event.
    pub median_s: f64,
    /// 90th percentile of the time until the next event.
    pub p90_s: f64,
}

/// Activities by the time that passes after them, longest first.
pub(super) fn states(log: &EventLog, gaps: &Gaps) -> Vec<State> {
    let cases = cases_left(log);
    let all_s = total_s(&gaps.gaps_us);
    // Edges are ordered by the activity before, so each activity's gaps are one run.
    let runs = gaps
        .edges
        .chunk_by(|a, b| a.from == b.from)
        .filter_map(|run| {
            let (first, last) = (run.first()?, run.last()?);
            let mut durations_us = gaps.gaps_us.get(first.start..last.end)?.to_vec();
            durations_us.sort_unstable();
            let total_s = total_s(&durations_us);
            Some(State {
                activity: log.activity_names().get(u32::from(first.from)).to_owned(),
                visits: durations_us.len() as u64,
                cases: cases.get(usize::from(first.from)).copied().unwrap_or(0),
                total_s,
                share: share(total_s, all_s),
                median_s: percentile_s(&durations_us, 0.50),
                p90_s: percentile_s(&durations_us, 0.90),
            })
        });
    let mut states: Vec<_> = runs.collect();
    states.sort_by(|a, b| {
        b.total_s
            .total_cmp(&a.total_s)
            .then_with(|| a.activity.cmp(&b.activity))
    });
    states
}

/// For each activity, in how many cases another event follows it.
fn cases_left(log: &EventLog) -> Vec<u64> {
    let mut cases = vec![(0, u32::MAX); log.activity_names().len()];
    for case in log.cases() {
        let left = case.activities.len().saturating_sub(1);
        for &activity in case.activities.iter().take(left) {
            let (count, last_case) = &mut cases[usize::from(activity)];
            *count += u64::from(*last_case != case.id);
            *last_case = case.id;
        }
    }
    cases.into_iter().map(|(count, _)| count).collect()
}
