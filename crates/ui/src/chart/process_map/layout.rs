use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};
use kernel::words::{count, duration};

use super::geometry::Point;
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

/// An arrow.
pub(super) struct Way {
    pub(super) along: Along,
    pub(super) count: u64,
    pub(super) width: f64,
    pub(super) points: Vec<Point>,
    pub(super) label: Point,
}

type Layout = Graph<NodeLabel, EdgeLabel>;

/// Between what an arrow leads.
#[derive(Debug, Clone, Copy)]
pub(super) enum Along {
    /// From the start to this step.
    Start(usize),
    /// From a step to the next.
    Transition(Transition),
    /// From this step to the end.
    End(usize),
}

impl Along {
    /// Where something waits.
    pub(super) const fn transition(self) -> Option<Transition> {
        match self {
            Self::Transition(transition) => Some(transition),
            Self::Start(_) | Self::End(_) => None,
        }
    }
}

/// Places steps in layers from top to bottom (Sugiyama's method, by `dagre`).
pub(super) fn layout(flow: &Flow) -> Placed {
    let widest = widest(flow);
    let ways = ways(flow);
    let mut graph = Layout::with_options(GraphOptions {
        directed: true,
        multigraph: true,
        compound: false,
    });
    for (index, activity) in flow.activities.iter().enumerate() {
        let lines = label::lines(&activity.name);
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
    if !flow.activities.is_empty() {
        dagre::layout(&mut graph, Some(options));
    }
    read(flow, ways, &graph)
}

/// An arrow before it has a place.
struct Plan {
    from: String,
    to: String,
    along: Along,
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
        let text = count(self.count);
        let wait = self.along.transition();
        let wait = wait.map_or_else(String::new, |t| duration(t.median_s));
        EdgeLabel {
            width: label::width(&text).max(label::width(&wait)) + 8.0,
            height: if self.along.transition().is_some() {
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

fn ways(flow: &Flow) -> Vec<Plan> {
    let between = flow.transitions.iter().map(|transition| Plan {
        from: transition.from.to_string(),
        to: transition.to.to_string(),
        along: Along::Transition(*transition),
        count: transition.count,
    });
    let steps = || flow.activities.iter().enumerate();
    let begin = steps().map(|(index, activity)| Plan {
        from: START.to_owned(),
        to: index.to_string(),
        along: Along::Start(index),
        count: activity.starts,
    });
    let end = steps().map(|(index, activity)| Plan {
        from: index.to_string(),
        to: STOP.to_owned(),
        along: Along::End(index),
        count: activity.ends,
    });
    let ways = begin.chain(between).chain(end);
    ways.filter(|way| way.count > 0).collect()
}

fn widest(flow: &Flow) -> u64 {
    let counts = flow.transitions.iter().map(|t| t.count);
    counts.max().unwrap_or(1)
}

fn read(flow: &Flow, plans: Vec<Plan>, graph: &Layout) -> Placed {
    let counts = flow.activities.iter().map(|activity| activity.count);
    let busiest = counts.max().unwrap_or(1);
    let widest = widest(flow);
    let nodes: Vec<Node> = (0..flow.activities.len())
        .filter_map(|index| node(flow, index, busiest, graph))
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
                along: plan.along,
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
