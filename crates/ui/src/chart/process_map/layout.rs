use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};

use super::geometry::Point;
use super::simplify::Kept;
use super::{End, Flow, Line, Node, Transition, label};
use crate::chart::scale::share;

const MARGIN: f64 = 24.0;
const NODE_PADDING: f64 = 28.0;
const NARROWEST_NODE: f64 = 96.0;
const LINE_HEIGHT: f64 = 16.0;
const END_SIZE: f64 = 14.0;
const WIDEST_WAY: f64 = 6.0;
const START: &str = "start";
const STOP: &str = "stop";

/// Everything in its place, in pixels.
pub(super) struct Placed {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) nodes: Vec<Node>,
    pub(super) ends: Vec<End>,
    pub(super) ways: Vec<Way>,
}

/// An arrow between two steps, or from the start, or to the end.
pub(super) struct Way {
    pub(super) transition: Option<Transition>,
    pub(super) count: u64,
    pub(super) width: f64,
    pub(super) points: Vec<Point>,
    pub(super) label: Point,
}

type Layout = Graph<NodeLabel, EdgeLabel>;

/// Places steps in layers from top to bottom (Sugiyama's method, by `dagre`).
pub(super) fn layout(flow: &Flow, kept: &Kept) -> Placed {
    let widest = kept.transitions.iter().map(|t| t.count).max().unwrap_or(1);
    let ways = ways(flow, kept);
    let mut graph = Layout::with_options(GraphOptions {
        directed: true,
        multigraph: true,
        compound: false,
    });
    for &index in &kept.activities {
        let lines = label::lines(&flow.activities[index].name);
        let text = lines
            .iter()
            .map(|line| label::width(line))
            .fold(0.0, f64::max);
        let (width, height) = (
            (text + NODE_PADDING).max(NARROWEST_NODE),
            30.0 + LINE_HEIGHT * if lines.len() > 1 { 2.0 } else { 1.0 },
        );
        graph.set_node(
            index.to_string(),
            Some(NodeLabel {
                width,
                height,
                ..NodeLabel::default()
            }),
        );
    }
    for way in &ways {
        for end in [&way.from, &way.to] {
            if end == START || end == STOP {
                let size = NodeLabel {
                    width: END_SIZE,
                    height: END_SIZE,
                    ..NodeLabel::default()
                };
                graph.set_node(end.clone(), Some(size));
            }
        }
    }
    for way in &ways {
        graph.set_edge(
            way.from.clone(),
            way.to.clone(),
            Some(way.space(widest)),
            None,
        );
    }
    let options = LayoutOptions {
        nodesep: 34.0,
        edgesep: 14.0,
        ranksep: 46.0,
        marginx: MARGIN,
        marginy: MARGIN,
        ..LayoutOptions::default()
    };
    if !kept.activities.is_empty() {
        dagre::layout(&mut graph, Some(options));
    }
    read(flow, kept, ways, &graph)
}

/// An arrow before it has a place.
struct Plan {
    from: String,
    to: String,
    transition: Option<Transition>,
    count: u64,
}

impl Plan {
    /// 1 to 10: a frequent way weighs more, and so comes out shorter and straighter.
    fn weight(&self, widest: u64) -> i32 {
        let tenth = self.count.min(widest).saturating_mul(9) / widest.max(1);
        1 + i32::try_from(tenth).unwrap_or(9)
    }

    /// The room for its label.
    fn space(&self, widest: u64) -> EdgeLabel {
        let text = crate::format::count(self.count);
        let wait = self
            .transition
            .map_or_else(String::new, |t| crate::format::seconds(t.median_s));
        EdgeLabel {
            width: label::width(&text).max(label::width(&wait)) + 8.0,
            height: if self.transition.is_some() {
                28.0
            } else {
                14.0
            },
            weight: self.weight(widest),
            labelpos: LabelPos::Center,
            ..EdgeLabel::default()
        }
    }
}

fn ways(flow: &Flow, kept: &Kept) -> Vec<Plan> {
    let between = kept.transitions.iter().map(|transition| Plan {
        from: transition.from.to_string(),
        to: transition.to.to_string(),
        transition: Some(*transition),
        count: transition.count,
    });
    let begin = kept.starts.iter().map(|&index| Plan {
        from: START.to_owned(),
        to: index.to_string(),
        transition: None,
        count: flow.activities[index].starts,
    });
    let end = kept.ends.iter().map(|&index| Plan {
        from: index.to_string(),
        to: STOP.to_owned(),
        transition: None,
        count: flow.activities[index].ends,
    });
    begin.chain(between).chain(end).collect()
}

fn read(flow: &Flow, kept: &Kept, plans: Vec<Plan>, graph: &Layout) -> Placed {
    let busiest = kept
        .activities
        .iter()
        .map(|&index| flow.activities[index].count)
        .max()
        .unwrap_or(1);
    let widest = kept.transitions.iter().map(|t| t.count).max().unwrap_or(1);
    let nodes: Vec<Node> = kept
        .activities
        .iter()
        .filter_map(|&index| node(flow, index, busiest, graph))
        .collect();
    let ends = [(START, "Start", -12.0), (STOP, "End", 20.0)];
    let ends: Vec<End> = ends
        .into_iter()
        .filter_map(|(key, text, offset)| {
            let (x, y) = centre(graph.node(key)?);
            Some(End {
                x,
                y,
                text,
                text_y: y + offset,
            })
        })
        .collect();
    let ways: Vec<Way> = plans
        .into_iter()
        .filter_map(|plan| {
            let edge = graph.edge(&plan.from, &plan.to, None)?;
            let points: Vec<Point> = edge.points.iter().map(|point| (point.x, point.y)).collect();
            let middle = points.get(points.len() / 2).copied().unwrap_or_default();
            Some(Way {
                transition: plan.transition,
                count: plan.count,
                width: 1.25 + share(plan.count, widest).min(1.0).sqrt() * (WIDEST_WAY - 1.25),
                label: (edge.x.unwrap_or(middle.0), edge.y.unwrap_or(middle.1)),
                points,
            })
        })
        .collect();
    let (width, height) = extent(&nodes, &ends, &ways);
    Placed {
        width,
        height,
        nodes,
        ends,
        ways,
    }
}

fn centre(label: &NodeLabel) -> Point {
    (label.x.unwrap_or_default(), label.y.unwrap_or_default())
}

fn node(flow: &Flow, index: usize, busiest: u64, graph: &Layout) -> Option<Node> {
    let activity = flow.activities.get(index)?;
    let placed = graph.node(&index.to_string())?;
    let (x, y) = centre(placed);
    let top = y - placed.height / 2.0;
    let lines: Vec<Line> = label::lines(&activity.name)
        .into_iter()
        .zip(1_u8..)
        .map(|(text, row)| Line {
            text,
            y: top + 3.0 + LINE_HEIGHT * f64::from(row),
        })
        .collect();
    Some(Node {
        name: activity.name.clone(),
        tally_y: top + placed.height - 13.0,
        lines,
        count: activity.count,
        x: x - placed.width / 2.0,
        y: top,
        width: placed.width,
        height: placed.height,
        load_width: (placed.width - 16.0) * share(activity.count, busiest),
    })
}

/// The size of the picture: labels and loops may reach further than dagre's own figure.
fn extent(nodes: &[Node], ends: &[End], ways: &[Way]) -> Point {
    let corners = nodes
        .iter()
        .map(|node| (node.x + node.width, node.y + node.height))
        .chain(
            ends.iter()
                .map(|end| (end.x + END_SIZE, end.text_y.max(end.y) + 6.0)),
        )
        .chain(ways.iter().flat_map(|way| way.points.iter().copied()))
        .chain(
            ways.iter()
                .map(|way| (way.label.0 + 36.0, way.label.1 + 14.0)),
        );
    let (width, height) = corners.fold((0.0, 0.0), |(w, h): Point, (x, y)| (w.max(x), h.max(y)));
    (width + MARGIN, height + MARGIN)
}
