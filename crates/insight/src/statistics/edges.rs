use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::percentiles::{mean_s, percentile_s, total_s};
use super::timers::Shape;
use crate::log::EventLog;

/// One activity directly following another within a case, and the time between the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The activity before.
    pub from: String,
    /// The activity after.
    pub to: String,
    /// How often.
    pub count: u64,
    /// Mean time between the two.
    pub mean_s: f64,
    /// Median time between the two.
    pub median_s: f64,
    /// 90th percentile of the time between the two.
    pub p90_s: f64,
    /// Shortest; negative where the file runs against its own timestamps.
    pub min_s: f64,
    /// Longest.
    pub max_s: f64,
    /// All of these times added up.
    pub total_s: f64,
    /// In how many cases it happens at least once.
    pub cases: u64,
}

/// The times between consecutive events, edge by edge.
pub(super) struct Gaps {
    /// Ascending by activity before, then by activity after.
    pub(super) edges: Vec<GapsOfEdge>,
    /// Gaps of all edges in microseconds; each edge's are a sorted run.
    pub(super) gaps_us: Vec<i64>,
    /// Gaps below zero.
    pub(super) negative: u64,
}

pub(super) struct GapsOfEdge {
    pub(super) from: u16,
    pub(super) to: u16,
    pub(super) cases: u64,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Gaps {
    /// Collects and sorts the gaps of every edge: a counting sort by edge, then each edge by time.
    pub(super) fn of(log: &EventLog) -> Self {
        let mut found = Found::default();
        for case in log.cases() {
            for (pair, times) in case.activities.windows(2).zip(case.times_us.windows(2)) {
                if let (&[from, to], &[earlier, later]) = (pair, times) {
                    found.add(case.id, (from, to), later - earlier);
                }
            }
        }
        found.sort()
    }

    /// The sorted gaps of one edge, in microseconds.
    pub(super) fn of_edge(&self, edge: &GapsOfEdge) -> &[i64] {
        self.gaps_us.get(edge.start..edge.end).unwrap_or_default()
    }
}

/// Edges in the order in which they were met.
#[derive(Default)]
struct Found {
    numbers: HashMap<(u16, u16), u32>,
    edges: Vec<FoundEdge>,
    /// Edge number and gap of every pair of events.
    pairs: Vec<(u32, i64)>,
    negative: u64,
}

struct FoundEdge {
    activities: (u16, u16),
    count: usize,
    cases: u64,
    last_case: u32,
}

impl Found {
    fn add(&mut self, case: u32, activities: (u16, u16), gap_us: i64) {
        let Self {
            numbers,
            edges,
            pairs,
            ..
        } = self;
        let number = *numbers.entry(activities).or_insert_with(|| {
            edges.push(FoundEdge {
                activities,
                count: 0,
                cases: 0,
                last_case: u32::MAX,
            });
            // At most one edge a pair of events, and those are numbered in u32.
            u32::try_from(edges.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(edge) = edges.get_mut(number as usize) {
            edge.count += 1;
            edge.cases += u64::from(edge.last_case != case);
            edge.last_case = case;
        }
        pairs.push((number, gap_us));
        self.negative += u64::from(gap_us < 0);
    }

    fn sort(self) -> Gaps {
        let mut order: Vec<usize> = (0..self.edges.len()).collect();
        order.sort_unstable_by_key(|&at| self.edges[at].activities);
        let mut next = vec![0; self.edges.len()];
        let mut edges = Vec::with_capacity(self.edges.len());
        let mut start = 0;
        for at in order {
            let FoundEdge {
                activities: (from, to),
                count,
                cases,
                ..
            } = self.edges[at];
            next[at] = start;
            edges.push(GapsOfEdge {
                from,
                to,
                cases,
                start,
                end: start + count,
            });
            start += count;
        }
        let mut gaps_us = vec![0; self.pairs.len()];
        for (edge, gap_us) in self.pairs {
            let place = &mut next[edge as usize];
            gaps_us[*place] = gap_us;
            *place += 1;
        }
        for edge in &edges {
            gaps_us[edge.start..edge.end].sort_unstable();
        }
        Gaps {
            edges,
            gaps_us,
            negative: self.negative,
        }
    }
}

/// An edge with what its distribution looks like.
pub(super) struct ShapedEdge {
    pub(super) edge: Edge,
    pub(super) shape: Shape,
}

/// The edges, most frequent first, then by name.
pub(super) fn edges(log: &EventLog, gaps: &Gaps) -> Vec<ShapedEdge> {
    let name = |id: u16| log.activity_names().get(u32::from(id)).to_owned();
    let shaped = gaps.edges.iter().map(|edge| {
        let sorted_us = gaps.of_edge(edge);
        ShapedEdge {
            edge: Edge {
                from: name(edge.from),
                to: name(edge.to),
                count: sorted_us.len() as u64,
                mean_s: mean_s(sorted_us),
                median_s: percentile_s(sorted_us, 0.50),
                p90_s: percentile_s(sorted_us, 0.90),
                min_s: percentile_s(sorted_us, 0.0),
                max_s: percentile_s(sorted_us, 1.0),
                total_s: total_s(sorted_us),
                cases: edge.cases,
            },
            shape: Shape::of(sorted_us),
        }
    });
    let mut shaped: Vec<_> = shaped.collect();
    shaped.sort_by(|a, b| {
        let names = |edge: &Edge| (edge.from.clone(), edge.to.clone());
        b.edge
            .count
            .cmp(&a.edge.count)
            .then_with(|| names(&a.edge).cmp(&names(&b.edge)))
    });
    shaped
}
