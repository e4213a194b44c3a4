mod detail;
mod geometry;
mod heat;
mod label;
mod layout;
mod simplify;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::filters;
pub use detail::Detail;
use heat::Heat;

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

/// Draws a map of `flow` with as much detail as asked.
pub fn process_map(flow: &Flow, detail: Detail) -> ProcessMap {
    let kept = simplify::simplify(flow, detail);
    let heat = Heat::of(&kept.transitions);
    let placed = layout::layout(flow, &kept);
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
                heat: way
                    .transition
                    .map(|transition| heat.level(transition.median_s)),
                transition: way.transition,
                title: title(flow, way.transition),
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
        hidden_activities: gone(flow.activities.len(), kept.activities.len()),
        hidden_transitions: gone(flow.transitions.len(), kept.transitions.len()),
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

fn title(flow: &Flow, transition: Option<Transition>) -> String {
    let name = |index: usize| {
        flow.activities
            .get(index)
            .map_or("", |activity| activity.name.as_str())
    };
    transition.map_or_else(String::new, |transition| {
        format!(
            "{} to {}: {} times, half within {}, nine in ten within {}",
            name(transition.from),
            name(transition.to),
            crate::format::count(transition.count),
            crate::format::seconds(transition.median_s),
            crate::format::seconds(transition.p90_s),
        )
    })
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
        let map = process_map(&flow, Detail::All);
        let level = |from: usize| {
            map.edges
                .iter()
                .find(|edge| edge.transition.is_some_and(|t| t.from == from))
                .and_then(|edge| edge.heat)
        };
        assert!(level(0) < level(1), "{:?} {:?}", level(0), level(1));
        let svg = map.render().unwrap();
        assert!(
            svg.contains("Step 1 to Step 2: 100 times, half within 23 d, nine in ten within 46 d")
        );
    }

    #[test]
    fn an_empty_flow_draws_nothing() {
        let map = process_map(&Flow::default(), Detail::All);
        assert!(map.is_empty());
        assert!(!map.render().unwrap().contains("NaN"));
    }

    #[test]
    fn more_detail_never_shows_less() {
        let edges: Vec<_> = (0..60_u64)
            .map(|n| ((n % 8) as usize, (n / 8) as usize, 1 + n * n, 60.0))
            .collect();
        let flow = flow(8, &edges);
        let shown = Detail::ALL.map(|detail| process_map(&flow, detail).edges.len());
        assert!(shown.is_sorted(), "{shown:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_flow_is_drawn_inside_its_picture(
            activities in 1_usize..12,
            edges in prop::collection::vec((0_usize..13, 0_usize..13, 0_u64..5_000, 0.0_f64..1e8), 0..40),
        ) {
            let map = process_map(&flow(activities, &edges), Detail::All);
            for node in &map.nodes {
                prop_assert!(node.x >= 0.0 && node.x + node.width <= map.width + 0.1);
                prop_assert!(node.y >= 0.0 && node.y + node.height <= map.height + 0.1);
            }
            let svg = map.render().unwrap();
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf\""));
        }
    }
}
