use serde::{Deserialize, Serialize};

use super::percentiles::{share, to_f64};
use crate::log::{EventLog, Names};

/// How often an activity occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityCount {
    /// The activity.
    pub activity: String,
    /// Its events, or the cases that start or end with it.
    pub count: u64,
}

/// Work that is done again: an activity that occurs more than once in a case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rework {
    /// Cases in which some activity occurs more than once.
    pub cases_with_repeat: u64,
    /// Their share of all cases.
    pub share: f64,
    /// Events that repeat the activity directly before them.
    pub self_loops: u64,
    /// Activities by the number of cases that repeat them, most first.
    pub top: Vec<ReworkStep>,
}

/// An activity that cases repeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReworkStep {
    /// The activity.
    pub activity: String,
    /// Cases in which it occurs more than once.
    pub cases: u64,
}

/// Counts by activity.
pub(super) struct Counts {
    pub(super) all: Vec<ActivityCount>,
    pub(super) starts: Vec<ActivityCount>,
    pub(super) ends: Vec<ActivityCount>,
    pub(super) rework: Rework,
}

#[derive(Clone, Default)]
struct Tally {
    events: u64,
    starts: u64,
    ends: u64,
    repeating_cases: u64,
    /// The case that had this activity last, plus one, and whether it had it again.
    last_case: u32,
    counted: bool,
}

pub(super) fn counts(log: &EventLog) -> Counts {
    let mut tallies = vec![Tally::default(); log.activity_names().len()];
    let (mut cases_with_repeat, mut self_loops) = (0, 0);
    for case in log.cases() {
        let mut repeats = false;
        let mut before = None;
        for &activity in case.activities {
            self_loops += u64::from(before == Some(activity));
            before = Some(activity);
            let tally = &mut tallies[usize::from(activity)];
            tally.events += 1;
            if tally.last_case == case.id + 1 {
                repeats = true;
                tally.repeating_cases += u64::from(!std::mem::replace(&mut tally.counted, true));
            } else {
                tally.last_case = case.id + 1;
                tally.counted = false;
            }
        }
        cases_with_repeat += u64::from(repeats);
        if let (Some(&first), Some(&last)) = (case.activities.first(), case.activities.last()) {
            tallies[usize::from(first)].starts += 1;
            tallies[usize::from(last)].ends += 1;
        }
    }
    let ranked = |count: fn(&Tally) -> u64| ranked(log.activity_names(), &tallies, count);
    let top = ranked(|tally| tally.repeating_cases).into_iter();
    Counts {
        all: ranked(|tally| tally.events),
        starts: ranked(|tally| tally.starts),
        ends: ranked(|tally| tally.ends),
        rework: Rework {
            cases_with_repeat,
            share: share(to_f64(cases_with_repeat), to_f64(log.case_count())),
            self_loops,
            top: top
                .map(|c| ReworkStep {
                    activity: c.activity,
                    cases: c.count,
                })
                .collect(),
        },
    }
}

/// Activities that have a count, most frequent first, then by name.
fn ranked(names: &Names, tallies: &[Tally], count: fn(&Tally) -> u64) -> Vec<ActivityCount> {
    let counted = names
        .iter()
        .zip(tallies)
        .map(|(name, tally)| ActivityCount {
            activity: name.to_owned(),
            count: count(tally),
        });
    let mut counted: Vec<_> = counted.filter(|activity| activity.count > 0).collect();
    counted.sort_by(|a, b| {
        b.count
            .cmp(&a.count)
            .then_with(|| a.activity.cmp(&b.activity))
    });
    counted
}
