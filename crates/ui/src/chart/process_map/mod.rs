mod detail;
mod geometry;
mod heat;
mod label;
mod layout;

use askama::Template;
use askama::filters::HtmlSafe;
use kernel::words::{count, duration};

use crate::filters;
pub use detail::Detail;
use heat::Heat;
use layout::Along;

/// A step of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its name in the log.
    pub name: String,
    /// Events of it.
    pub count: u64,
    /// Cases that start with it.
    pub starts: u64,
    /// Cases that end with it.
    pub ends: u64,
}

/// One step directly followed by another within a case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    /// Index of the earlier step in [`Flow::activities`].
    pub from: usize,
    /// Index of the later step.
    pub to: usize,
    /// How often.
    pub count: u64,
    /// Median time between the two, in seconds.
    pub median_s: f64,
    /// Nine in ten take at most this long, in seconds.
    pub p90_s: f64,
}

/// What a process map is drawn from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flow {
    /// The steps.
    pub activities: Vec<Activity>,
    /// What follows what. Indexes outside of `activities` are left out.
    pub transitions: Vec<Transition>,
}

/// A process as a picture: steps with counts, ways between them as wide as they are used and as hot
/// as work waits on them.
#[derive(Debug, Clone, Template)]
#[template(path = "chart/process_map.html")]
pub struct ProcessMap {
    width: f64,
    height: f64,
    nodes: Vec<Node>,
    ends: Vec<End>,
    edges: Vec<Edge>,
    legend: Legend,
    hidden_activities: u64,
    hidden_transitions: u64,
}

impl HtmlSafe for ProcessMap {}

/// What the colours of a map stand for.
#[derive(Debug, Clone, Template)]
#[template(path = "chart/map_legend.html")]
pub struct Legend {
    bands: Vec<(u8, String)>,
}

impl HtmlSafe for Legend {}

impl ProcessMap {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What its colours stand for.
    pub const fn legend(&self) -> &Legend {
        &self.legend
    }

    /// Steps that this detail leaves out.
    pub const fn hidden_activities(&self) -> u64 {
        self.hidden_activities
    }

    /// Ways that this detail leaves out.
    pub const fn hidden_transitions(&self) -> u64 {
        self.hidden_transitions
    }
}

/// Draws `shown`, the part of `whole` that a detail asks for, all of it.
pub fn process_map(whole: &Flow, shown: &Flow) -> ProcessMap {
    let flow = drawable(shown);
    let heat = Heat::of(&whole.transitions);
    let placed = layout::layout(&flow);
    let gone = |all: usize, kept: usize| all.saturating_sub(kept) as u64;
    ProcessMap {
        width: placed.width,
        height: placed.height,
        nodes: placed.nodes,
        ends: placed.ends,
        edges: placed
            .ways
            .into_iter()
            .map(|way| Edge {
                heat: way.along.transition().map(|way| heat.level(way.median_s)),
                transition: way.along.transition(),
                title: title(&flow, way.along, way.count),
                count: way.count,
                width: way.width,
                path: geometry::smooth(&way.points),
                tip: geometry::tip(&way.points, way.width),
                label: way.label,
            })
            .collect(),
        legend: Legend {
            bands: heat.legend(),
        },
        hidden_activities: gone(whole.activities.len(), flow.activities.len()),
        hidden_transitions: gone(whole.transitions.len(), flow.transitions.len()),
    }
}

/// Without ways from or to steps that do not exist.
fn drawable(flow: &Flow) -> Flow {
    let exists = |index: usize| index < flow.activities.len();
    let transitions = flow.transitions.iter().copied();
    Flow {
        activities: flow.activities.clone(),
        transitions: transitions
            .filter(|way| exists(way.from) && exists(way.to))
            .collect(),
    }
}

#[derive(Debug, Clone)]
struct Node {
    name: String,
    lines: Vec<Line>,
    count: u64,
    tally_y: f64,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    load_width: f64,
}

#[derive(Debug, Clone)]
struct Line {
    text: String,
    y: f64,
}

/// Where cases begin or end.
#[derive(Debug, Clone)]
struct End {
    x: f64,
    y: f64,
    text: &'static str,
    text_y: f64,
}

#[derive(Debug, Clone)]
struct Edge {
    /// None on the way from the start or to the end, where nothing waits.
    heat: Option<u8>,
    transition: Option<Transition>,
    title: String,
    count: u64,
    width: f64,
    path: String,
    tip: String,
    label: (f64, f64),
}

fn title(flow: &Flow, along: Along, cases: u64) -> String {
    let name = |index: usize| {
        flow.activities
            .get(index)
            .map_or("", |activity| activity.name.as_str())
    };
    match along {
        Along::Start(to) => format!("Start to {}: {} cases", name(to), count(cases)),
        Along::End(from) => format!("{} to end: {} cases", name(from), count(cases)),
        Along::Transition(way) => format!(
            "{} to {}: {} times, half within {}, nine in ten within {}",
            name(way.from),
            name(way.to),
            count(way.count),
            duration(way.median_s),
            duration(way.p90_s),
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn flow(activities: usize, edges: &[(usize, usize, u64, f64)]) -> Flow {
        Flow {
            activities: (0..activities)
                .map(|index| Activity {
                    name: format!("Step {index}"),
                    count: 100,
                    starts: u64::from(index == 0) * 100,
                    ends: u64::from(index + 1 == activities) * 100,
                })
                .collect(),
            transitions: edges
                .iter()
                .map(|&(from, to, count, median_s)| Transition {
                    from,
                    to,
                    count,
                    median_s,
                    p90_s: median_s * 2.0,
                })
                .collect(),
        }
    }

    #[test]
    fn a_way_that_waits_longer_is_hotter() {
        let flow = flow(3, &[(0, 1, 100, 60.0), (1, 2, 100, 2_000_000.0)]);
        let map = process_map(&flow, &flow);
        let level = |from: usize| {
            map.edges
                .iter()
                .find(|edge| edge.transition.is_some_and(|t| t.from == from))
                .and_then(|edge| edge.heat)
        };
        assert!(level(0) < level(1), "{:?} {:?}", level(0), level(1));
        let svg = map.render().unwrap();
        assert!(svg.contains(
            "Step 1 to Step 2: 100 times, half within 23 d 4 h, nine in ten within 46 d 7 h"
        ));
    }

    #[test]
    fn an_empty_flow_draws_nothing() {
        let map = process_map(&Flow::default(), &Flow::default());
        assert!(map.is_empty());
        assert!(!map.render().unwrap().contains("NaN"));
    }

    #[test]
    fn a_colour_means_the_same_whatever_is_left_out() {
        let waits = [60.0, 3_000.0, 20_000.0, 90_000.0, 600_000.0, 2_000_000.0];
        let ways: Vec<_> = waits
            .iter()
            .enumerate()
            .map(|(step, wait)| (step, step + 1, 10, *wait))
            .collect();
        let whole = flow(7, &ways);
        let shown = flow(3, &ways[..2]);
        let part = process_map(&whole, &shown);
        let all = process_map(&whole, &whole);
        assert_eq!(part.legend().bands, all.legend().bands);
        let levels = |map: &ProcessMap| -> Vec<_> {
            map.edges
                .iter()
                .filter_map(|edge| edge.heat)
                .take(2)
                .collect()
        };
        assert_eq!(levels(&part), levels(&all));
        assert_eq!(
            (part.hidden_activities(), part.hidden_transitions()),
            (4, 4)
        );
    }

    #[test]
    fn what_is_to_be_shown_is_drawn_with_its_ways_from_the_start_and_to_the_end() {
        let mut flow = flow(
            3,
            &[
                (0, 1, 9, 1.0),
                (1, 1, 4, 1.0),
                (1, 2, 9, 1.0),
                (2, 7, 9, 1.0),
            ],
        );
        flow.activities[1].starts = 3;
        let map = process_map(&flow, &flow);
        let titles: Vec<&str> = map.edges.iter().map(|edge| edge.title.as_str()).collect();
        let begins = |start: &str| titles.iter().any(|title| title.starts_with(start));
        assert_eq!(titles.len(), 6, "{titles:?}");
        for way in [
            "Start to Step 0: 100 cases",
            "Start to Step 1: 3 cases",
            "Step 0 to Step 1: 9 times",
            "Step 1 to Step 1: 4 times",
            "Step 1 to Step 2: 9 times",
            "Step 2 to end: 100 cases",
        ] {
            assert!(begins(way), "{way}: {titles:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_flow_is_drawn_inside_its_picture(
            activities in 1_usize..12,
            edges in prop::collection::vec((0_usize..13, 0_usize..13, 0_u64..5_000, 0.0_f64..1e8), 0..40),
        ) {
            let flow = flow(activities, &edges);
            let map = process_map(&flow, &flow);
            for node in &map.nodes {
                prop_assert!(node.x >= 0.0 && node.x + node.width <= map.width + 0.1);
                prop_assert!(node.y >= 0.0 && node.y + node.height <= map.height + 0.1);
            }
            let svg = map.render().unwrap();
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf\""));
        }
    }
}
