use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use serde::{Deserialize, Serialize};

use super::percentiles::{percentile_s, share, to_f64};
use crate::log::EventLog;

/// A sequence of activities, from first to last event, that cases share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// The activities in order.
    pub activities: Vec<String>,
    /// How many cases go exactly this way.
    pub count: u64,
    /// Their share of all cases.
    pub share: f64,
    /// The median duration of these cases, in seconds.
    pub median_duration_s: f64,
}

/// Sequences of activities as numbers, without names yet.
pub(super) struct Sequences<'log> {
    sequences: Vec<Sequence<'log>>,
    /// The sequence of each case.
    of_case: Vec<u32>,
}

struct Sequence<'log> {
    activities: &'log [u16],
    count: u64,
}

impl<'log> Sequences<'log> {
    pub(super) fn of(log: &'log EventLog) -> Self {
        let hasher = DefaultHashBuilder::default();
        let mut index: HashTable<u32> = HashTable::new();
        let mut sequences: Vec<Sequence<'log>> = Vec::new();
        let mut of_case = Vec::with_capacity(log.case_count());
        for case in log.cases() {
            let hash = hasher.hash_one(case.activities);
            let same = |&at: &u32| sequences[at as usize].activities == case.activities;
            let at = if let Some(&at) = index.find(hash, same) {
                at
            } else {
                // At most one sequence a case, and cases are numbered in u32.
                let at = u32::try_from(sequences.len()).unwrap_or(u32::MAX);
                sequences.push(Sequence {
                    activities: case.activities,
                    count: 0,
                });
                let hash_of = |&at: &u32| hasher.hash_one(sequences[at as usize].activities);
                index.insert_unique(hash, at, hash_of);
                at
            };
            sequences[at as usize].count += 1;
            of_case.push(at);
        }
        Self { sequences, of_case }
    }

    pub(super) fn len(&self) -> usize {
        self.sequences.len()
    }

    /// The most frequent ones with names, at most this many; of equals, the one seen first.
    pub(super) fn top(&self, log: &EventLog, most: usize) -> Vec<Variant> {
        let mut order: Vec<usize> = (0..self.sequences.len()).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(self.sequences[at].count));
        order.truncate(most);
        let mut durations = vec![Vec::new(); self.sequences.len()];
        let mut wanted = vec![false; self.sequences.len()];
        for &at in &order {
            wanted[at] = true;
        }
        for (case, &at) in log.cases().zip(&self.of_case) {
            if wanted[at as usize] {
                durations[at as usize].push(case.duration_us());
            }
        }
        let named = order.into_iter().map(|at| {
            let Sequence { activities, count } = &self.sequences[at];
            let names = activities
                .iter()
                .map(|&id| log.activity_names().get(u32::from(id)));
            durations[at].sort_unstable();
            Variant {
                activities: names.map(ToOwned::to_owned).collect(),
                count: *count,
                share: share(to_f64(*count), to_f64(log.case_count())),
                median_duration_s: percentile_s(&durations[at], 0.50),
            }
        });
        named.collect()
    }
}

/// All variants of a log, most frequent first; of equals, the one whose first case comes first.
pub fn variants(log: &EventLog) -> Vec<Variant> {
    let sequences = Sequences::of(log);
    sequences.top(log, sequences.len())
}
