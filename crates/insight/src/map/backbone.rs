use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An edge between two nodes, given by position; nodes are ordered by importance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arc {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) weight: u64,
}

/// For every node, the strongest way to it from the start of the process and from it to the end:
/// grown like Prim's spanning tree, once along the arcs and once against them. Starting a case here
/// is an arc like any other, as heavy as the cases that do: an activity that three cases in ten
/// thousand start with is reached by the way that the others take.
#[derive(Debug)]
pub(super) struct Backbone {
    /// The arc by which the way from the start comes to this node; `None` if it starts here.
    coming: Vec<Option<Step>>,
    /// The arc by which the way to the end leaves this node; `None` if it ends here.
    leaving: Vec<Option<Step>>,
}

/// An arc's position and the node at its other side.
#[derive(Debug, Clone, Copy)]
struct Step {
    arc: usize,
    next: usize,
}

/// What must be shown, by position.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) nodes: Vec<bool>,
    /// Nodes to which the way from the start comes from nowhere else.
    pub(super) starts: Vec<bool>,
    /// Nodes from which the way to the end goes nowhere else.
    pub(super) ends: Vec<bool>,
    arcs: Vec<bool>,
}

impl Kept {
    /// Nothing of a map with so many nodes.
    fn nothing(nodes: usize) -> Self {
        Self {
            nodes: vec![false; nodes],
            starts: vec![false; nodes],
            ends: vec![false; nodes],
            arcs: Vec::new(),
        }
    }

    /// Whether a way passes the arc at this position.
    pub(super) fn has_arc(&self, at: usize) -> bool {
        self.arcs.get(at).copied().unwrap_or(false)
    }

    fn node_count(&self) -> usize {
        self.nodes.iter().filter(|kept| **kept).count()
    }
}

impl Backbone {
    /// `starts` and `ends` say how many cases start and end at each node.
    pub(super) fn of(arcs: &[Arc], starts: &[u64], ends: &[u64]) -> Self {
        let against = |arc: &Arc| Arc {
            from: arc.to,
            to: arc.from,
            weight: arc.weight,
        };
        let turned: Vec<Arc> = arcs.iter().map(against).collect();
        Self {
            coming: grow(arcs, starts),
            leaving: grow(&turned, ends),
        }
    }

    /// The first `wanted` nodes, with every node and arc that their ways from a start and to an end
    /// pass. Fewer nodes where that came to more than `most`, and none where the way of the first
    /// alone does.
    pub(super) fn closure_within(&self, wanted: usize, most: usize) -> Kept {
        let closures = (1..=wanted).rev().map(|wanted| self.closure_of(wanted));
        let mut fitting = closures.filter(|kept| kept.node_count() <= most);
        fitting
            .next()
            .unwrap_or_else(|| Kept::nothing(self.coming.len()))
    }

    fn closure_of(&self, wanted: usize) -> Kept {
        let steps = self.coming.iter().chain(&self.leaving).flatten();
        let arcs = steps.map(|step| step.arc + 1).max().unwrap_or(0);
        let mut kept = Kept {
            arcs: vec![false; arcs],
            ..Kept::nothing(self.coming.len())
        };
        let mut open: Vec<usize> = (0..wanted.min(self.coming.len())).collect();
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut kept.nodes[node], true) {
                continue;
            }
            let (coming, leaving) = (self.coming[node], self.leaving[node]);
            kept.starts[node] = coming.is_none();
            kept.ends[node] = leaving.is_none();
            for step in [coming, leaving].into_iter().flatten() {
                kept.arcs[step.arc] = true;
                open.push(step.next);
            }
        }
        kept
    }
}

/// Reaches every node, always over the heaviest arc that leads on; of equals, over the one listed
/// first. `roots` are the weights of the arcs that come from outside.
fn grow(arcs: &[Arc], roots: &[u64]) -> Vec<Option<Step>> {
    let mut leaving = vec![Vec::new(); roots.len()];
    for (at, arc) in arcs.iter().enumerate() {
        leaving[arc.from].push(at);
    }
    let mut reached = vec![false; roots.len()];
    let mut steps = vec![None; roots.len()];
    let from_outside = (0..roots.len()).filter(|&node| roots[node] > 0);
    let mut heap: BinaryHeap<(u64, Reverse<Way>)> = from_outside
        .map(|node| (roots[node], Reverse(Way::Root(node))))
        .collect();
    while let Some((_, Reverse(way))) = heap.pop() {
        let (node, step) = match way {
            Way::Root(node) => (node, None),
            Way::Arc(at) => (
                arcs[at].to,
                Some(Step {
                    arc: at,
                    next: arcs[at].from,
                }),
            ),
        };
        if std::mem::replace(&mut reached[node], true) {
            continue;
        }
        steps[node] = step;
        heap.extend(
            leaving[node]
                .iter()
                .map(|&at| (arcs[at].weight, Reverse(Way::Arc(at)))),
        );
    }
    steps
}

/// How to come to a node: from outside, or over the arc at this position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Root(usize),
    Arc(usize),
}
