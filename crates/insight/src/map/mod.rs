//! A picture of the process, with as much detail as is asked for.

mod backbone;

use std::cmp::Reverse;

use hashbrown::HashMap;

use crate::statistics::{ActivityCount, Edge, Statistics, to_f64};
use backbone::{Arc, Backbone, Kept};

/// Activities and the ways between them, ready to be laid out.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapNode {
    /// Its name.
    pub activity: String,
    /// Its events.
    pub count: u64,
    /// Cases that start with it; 0 if none does, or so few that this detail leaves that way out.
    pub starts: u64,
    /// Cases that end with it; 0 if none does, or so few that this detail leaves that way out.
    pub ends: u64,
}

/// One activity directly following another.
#[derive(Debug, Clone, PartialEq)]
pub struct MapEdge {
    /// The position of the activity before in [`ProcessMap::nodes`].
    pub from: usize,
    /// The position of the activity after in [`ProcessMap::nodes`].
    pub to: usize,
    /// How often.
    pub count: u64,
    /// Median time between the two, in seconds.
    pub median_s: f64,
    /// 90th percentile of that time, in seconds.
    pub p90_s: f64,
}

/// The fewest activities that are shown, if there are as many.
const FEWEST_NODES: usize = 5;

/// How many activities a picture holds without effort.
const EASY_NODES: usize = 12;

/// With more than this, no reader and no layout tells one from another.
const MOST_NODES: usize = 60;

/// The most ways that are shown beside those which connect the activities.
const MOST_FURTHER_WAYS: usize = 160;

/// The map of a log. `detail` runs from 0, the main road, to 1, everything that ever happened, as
/// far as a picture holds it.
///
/// At any detail every activity shown can be reached from a start of the process along the ways
/// shown, and leads to an end of it: where that needs a rare way or activity, it is shown too. A
/// process whose main road alone is longer than any picture has an empty map.
pub fn process_map(statistics: &Statistics, detail: f64) -> ProcessMap {
    let detail = if detail.is_nan() {
        0.0
    } else {
        detail.clamp(0.0, 1.0)
    };
    let nodes = nodes(statistics);
    let arcs = arcs(&statistics.edges, &nodes);
    let starts: Vec<u64> = nodes.iter().map(|node| node.starts).collect();
    let ends: Vec<u64> = nodes.iter().map(|node| node.ends).collect();
    let backbone = Backbone::of(&arcs, &starts, &ends);
    let kept = backbone.closure_within(wanted(nodes.len(), detail), MOST_NODES);
    let further = further(&arcs, &nodes, &kept);
    // Squared, since the last half of the ways carries next to nothing but crossings.
    let frequent = part(further.len(), detail * detail).min(MOST_FURTHER_WAYS);
    let further = further.get(..frequent).unwrap_or_default();
    draw(&statistics.edges, (nodes, &arcs), &kept, further)
}

/// How many activities, the most frequent first, this detail asks for.
fn wanted(all: usize, detail: f64) -> usize {
    let easy = all.min(EASY_NODES);
    // A log of hundreds of activities must not fill the picture at half detail.
    let wanted = part(easy, detail) + part(all - easy, detail.powi(3));
    wanted.max(FEWEST_NODES.min(all)).min(MOST_NODES)
}

fn nodes(statistics: &Statistics) -> Vec<MapNode> {
    let (starts, ends) = (
        by_name(&statistics.start_activities),
        by_name(&statistics.end_activities),
    );
    let of =
        |counts: &HashMap<&str, u64>, name: &str| counts.get(name).copied().unwrap_or_default();
    let node = |count: &ActivityCount| MapNode {
        activity: count.activity.clone(),
        count: count.count,
        starts: of(&starts, &count.activity),
        ends: of(&ends, &count.activity),
    };
    statistics.activity_counts.iter().map(node).collect()
}

fn by_name(counts: &[ActivityCount]) -> HashMap<&str, u64> {
    let pairs = counts
        .iter()
        .map(|count| (count.activity.as_str(), count.count));
    pairs.collect()
}

/// The edges of the statistics, in their order, by the positions of their nodes.
fn arcs(edges: &[Edge], nodes: &[MapNode]) -> Vec<Arc> {
    let places = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| (node.activity.as_str(), at));
    let places: HashMap<&str, usize> = places.collect();
    let place = |name: &str| places.get(name).copied().unwrap_or(0);
    let arc = |edge: &Edge| Arc {
        from: place(&edge.from),
        to: place(&edge.to),
        weight: edge.count,
    };
    edges.iter().map(arc).collect()
}

/// A way that a map may show or leave out. To start or end a case somewhere is one like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From the start of the process to this node.
    Start(usize),
    /// Along this arc.
    Arc(usize),
    /// From this node to the end of the process.
    End(usize),
}

/// The ways between the nodes kept that are not kept themselves, the most frequent first.
fn further(arcs: &[Arc], nodes: &[MapNode], kept: &Kept) -> Vec<Way> {
    let along = |(at, arc): (usize, &Arc)| {
        let fits = kept.nodes[arc.from] && kept.nodes[arc.to] && !kept.has_arc(at);
        fits.then_some((arc.weight, Way::Arc(at)))
    };
    let outside = |(at, node): (usize, &MapNode)| {
        let ways = [
            (kept.starts[at], node.starts, Way::Start(at)),
            (kept.ends[at], node.ends, Way::End(at)),
        ];
        let fits = kept.nodes[at];
        ways.into_iter()
            .filter(move |(is_kept, weight, _)| fits && !is_kept && *weight > 0)
            .map(|(_, weight, way)| (weight, way))
    };
    let mut ways: Vec<(u64, Way)> = arcs.iter().enumerate().filter_map(along).collect();
    ways.extend(nodes.iter().enumerate().flat_map(outside));
    ways.sort_by_key(|(weight, _)| Reverse(*weight));
    ways.into_iter().map(|(_, way)| way).collect()
}

fn draw(
    all_edges: &[Edge],
    (all_nodes, arcs): (Vec<MapNode>, &[Arc]),
    kept: &Kept,
    further: &[Way],
) -> ProcessMap {
    let mut place = vec![0; all_nodes.len()];
    for (new, old) in (0..place.len()).filter(|&old| kept.nodes[old]).enumerate() {
        place[old] = new;
    }
    let is_shown = |at: usize| kept.has_arc(at) || further.contains(&Way::Arc(at));
    let edge = |at: usize| MapEdge {
        from: place[arcs[at].from],
        to: place[arcs[at].to],
        count: all_edges[at].count,
        median_s: all_edges[at].median_s,
        p90_s: all_edges[at].p90_s,
    };
    let edges: Vec<_> = (0..arcs.len())
        .filter(|&at| is_shown(at))
        .map(edge)
        .collect();
    let hidden_edges = (arcs.len() - edges.len()) as u64;
    let shown_or_none = |cases: u64, is_shown: bool| if is_shown { cases } else { 0 };
    let node = |(at, node): (usize, MapNode)| {
        kept.nodes[at].then(|| MapNode {
            starts: shown_or_none(
                node.starts,
                kept.starts[at] || further.contains(&Way::Start(at)),
            ),
            ends: shown_or_none(node.ends, kept.ends[at] || further.contains(&Way::End(at))),
            ..node
        })
    };
    let nodes: Vec<_> = all_nodes.into_iter().enumerate().filter_map(node).collect();
    ProcessMap {
        hidden_nodes: (place.len() - nodes.len()) as u64,
        hidden_edges,
        nodes,
        edges,
    }
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
