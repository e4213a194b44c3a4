//! A picture of the process, with as much detail as is asked for.

mod backbone;

use serde::{Deserialize, Serialize};

use crate::statistics::{BottleneckKind, Statistics, share, to_f64};
use backbone::{Arc, Backbone};

/// Activities and the ways between them, ready to be laid out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessMap {
    /// Activities, most frequent first.
    pub nodes: Vec<MapNode>,
    /// Ways between them, most frequent first.
    pub edges: Vec<MapEdge>,
    /// Activities that this detail leaves out.
    pub hidden_nodes: u64,
    /// Ways that this detail leaves out.
    pub hidden_edges: u64,
}

/// An activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapNode {
    /// Its name.
    pub activity: String,
    /// Its events.
    pub count: u64,
    /// Cases that start with it; 0 if none does.
    pub starts: u64,
    /// Cases that end with it; 0 if none does.
    pub ends: u64,
}

/// One activity directly following another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapEdge {
    /// The position of the activity before in [`ProcessMap::nodes`].
    pub from: usize,
    /// The position of the activity after in [`ProcessMap::nodes`].
    pub to: usize,
    /// How often.
    pub count: u64,
    /// The share of all cases in which it happens.
    pub share_of_cases: f64,
    /// Median time between the two, in seconds.
    pub median_s: f64,
    /// 90th percentile of that time, in seconds.
    pub p90_s: f64,
    /// This edge's share of all waiting time, 0 to 1; timers are no waiting and have 0.
    pub share_of_waiting: f64,
    /// Whether the time follows a clock rather than people.
    pub timer: bool,
}

/// The fewest activities that are shown, if there are as many.
const FEWEST_NODES: usize = 5;

/// How many activities a picture holds without effort.
const EASY_NODES: usize = 12;

/// The map of a log. `detail` runs from 0, the main road, to 1, everything that ever happened.
///
/// At any detail every activity shown can be reached from a start of the process along the edges
/// shown, and leads to an end of it: where that needs a rare edge or activity, it is shown too.
pub fn process_map(statistics: &Statistics, detail: f64) -> ProcessMap {
    let detail = if detail.is_nan() {
        0.0
    } else {
        detail.clamp(0.0, 1.0)
    };
    let nodes = nodes(statistics);
    let arcs = arcs(statistics, &nodes);
    let starts: Vec<u64> = nodes.iter().map(|node| node.starts).collect();
    let ends: Vec<u64> = nodes.iter().map(|node| node.ends).collect();
    let backbone = Backbone::of(&arcs, &starts, &ends);

    let easy = nodes.len().min(EASY_NODES);
    // A log of hundreds of activities must not fill the picture at half detail.
    let wanted = part(easy, detail) + part(nodes.len() - easy, detail.powi(3));
    let wanted = wanted.max(FEWEST_NODES.min(nodes.len()));
    let kept = backbone.closure_of(wanted);
    let optional = |at: &usize| {
        let Arc { from, to, .. } = arcs[*at];
        kept.nodes[from] && kept.nodes[to] && !kept.has_arc(*at)
    };
    let optional: Vec<usize> = (0..arcs.len()).filter(optional).collect();
    // Squared, since the last half of the edges carries next to nothing but crossings.
    let frequent = optional
        .get(..part(optional.len(), detail * detail))
        .unwrap_or_default();
    let mut shown: Vec<usize> = (0..arcs.len()).filter(|&at| kept.has_arc(at)).collect();
    shown.extend(frequent);
    shown.sort_unstable();
    draw(statistics, nodes, &kept.nodes, &shown, &arcs)
}

fn nodes(statistics: &Statistics) -> Vec<MapNode> {
    let count_in = |counts: &[crate::ActivityCount], activity: &str| {
        counts
            .iter()
            .find(|count| count.activity == activity)
            .map_or(0, |count| count.count)
    };
    let node = |count: &crate::ActivityCount| MapNode {
        activity: count.activity.clone(),
        count: count.count,
        starts: count_in(&statistics.start_activities, &count.activity),
        ends: count_in(&statistics.end_activities, &count.activity),
    };
    statistics.activity_counts.iter().map(node).collect()
}

/// The edges of the statistics, in their order, by the positions of their nodes.
fn arcs(statistics: &Statistics, nodes: &[MapNode]) -> Vec<Arc> {
    let places = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| (node.activity.as_str(), at));
    let places: hashbrown::HashMap<&str, usize> = places.collect();
    let place = |name: &str| places.get(name).copied().unwrap_or(0);
    let arc = |edge: &crate::Edge| Arc {
        from: place(&edge.from),
        to: place(&edge.to),
        weight: edge.count,
    };
    statistics.edges.iter().map(arc).collect()
}

fn draw(
    statistics: &Statistics,
    nodes: Vec<MapNode>,
    kept: &[bool],
    shown: &[usize],
    arcs: &[Arc],
) -> ProcessMap {
    let mut place = vec![0; nodes.len()];
    for (new, old) in (0..nodes.len()).filter(|&old| kept[old]).enumerate() {
        place[old] = new;
    }
    let waiting: f64 = statistics
        .edges
        .iter()
        .map(|edge| waiting_s(statistics, edge))
        .sum();
    let edges = shown.iter().map(|&at| {
        let (arc, edge) = (&arcs[at], &statistics.edges[at]);
        MapEdge {
            from: place[arc.from],
            to: place[arc.to],
            count: edge.count,
            share_of_cases: share(to_f64(edge.cases), to_f64(statistics.cases)),
            median_s: edge.median_s,
            p90_s: edge.p90_s,
            share_of_waiting: share(waiting_s(statistics, edge), waiting),
            timer: is_timer(statistics, edge),
        }
    });
    let edges: Vec<_> = edges.collect();
    let all = nodes.len();
    let nodes: Vec<_> = nodes
        .into_iter()
        .zip(kept)
        .filter(|(_, kept)| **kept)
        .map(|(n, _)| n)
        .collect();
    ProcessMap {
        hidden_nodes: (all - nodes.len()) as u64,
        hidden_edges: (arcs.len() - edges.len()) as u64,
        nodes,
        edges,
    }
}

fn waiting_s(statistics: &Statistics, edge: &crate::Edge) -> f64 {
    if is_timer(statistics, edge) {
        0.0
    } else {
        edge.total_s.max(0.0)
    }
}

fn is_timer(statistics: &Statistics, edge: &crate::Edge) -> bool {
    statistics.bottlenecks.iter().any(|bottleneck| {
        bottleneck.kind == BottleneckKind::Timer
            && bottleneck.from == edge.from
            && bottleneck.to == edge.to
    })
}

/// This part of a count, rounded up.
fn part(count: usize, share: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 <= share <= 1, so it is at most the count"
    )]
    let part = (to_f64(count) * share).ceil() as usize;
    part.min(count)
}
