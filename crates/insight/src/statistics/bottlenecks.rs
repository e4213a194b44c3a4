use kernel::words::{count, duration, percent};
use serde::{Deserialize, Serialize};

use super::edges::{Edge, ShapedEdge};
use super::percentiles::{share, to_f64};
use super::timers::{OUTSIDE, Shape, Timer};

/// A step between two activities at which cases lose time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bottleneck {
    /// The activity after which cases wait.
    pub from: String,
    /// The activity that ends the waiting.
    pub to: String,
    /// How often.
    pub count: u64,
    /// The share of all cases that pass here.
    pub share_of_cases: f64,
    /// All waiting here added up, in seconds.
    pub total_s: f64,
    /// Its share of all time between events of its kind: waiting of waiting, timers of timers.
    pub share_of_kind: f64,
    /// Half of the times are shorter.
    pub median_s: f64,
    /// One in ten is longer.
    pub p90_s: f64,
    /// Whether somebody could be quicker here.
    pub kind: BottleneckKind,
    /// The same in one plain sentence.
    pub sentence: String,
}

/// What kind of time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BottleneckKind {
    /// The case waits for somebody or something whose time varies.
    Waiting,
    /// The time follows a rule: at least a quarter of all gaps lie within 2 % of one duration and
    /// at most 5 % are shorter, or half lie there and at most 5 % are longer. Judged from 20 gaps
    /// on, for durations of at least an hour and ten steps of the log's clock. Working faster
    /// changes nothing; changing the rule does.
    Timer,
}

/// How many of each kind are listed.
const LISTED: usize = 10;

/// Waiting by its total, longest first, then timers by theirs.
pub(super) fn bottlenecks(edges: &[ShapedEdge], cases: u64) -> Vec<Bottleneck> {
    let mut ranked = of_kind(edges, cases, BottleneckKind::Waiting);
    ranked.extend(of_kind(edges, cases, BottleneckKind::Timer));
    ranked
}

fn of_kind(edges: &[ShapedEdge], cases: u64, kind: BottleneckKind) -> Vec<Bottleneck> {
    let fits = |shaped: &&ShapedEdge| match shaped.shape {
        Shape::Spread => kind == BottleneckKind::Waiting,
        Shape::Timer(_) => kind == BottleneckKind::Timer,
    };
    let mut those: Vec<_> = edges
        .iter()
        .filter(fits)
        .filter(|e| e.edge.total_s > 0.0)
        .collect();
    let all_s: f64 = those.iter().map(|shaped| shaped.edge.total_s).sum();
    those.sort_by(|a, b| b.edge.total_s.total_cmp(&a.edge.total_s));
    those.truncate(LISTED);
    let listed = those.into_iter().map(|ShapedEdge { edge, shape }| {
        let share_of_cases = share(to_f64(edge.cases), to_f64(cases));
        Bottleneck {
            from: edge.from.clone(),
            to: edge.to.clone(),
            count: edge.count,
            share_of_cases,
            total_s: edge.total_s,
            share_of_kind: share(edge.total_s, all_s),
            median_s: edge.median_s,
            p90_s: edge.p90_s,
            kind,
            sentence: match shape {
                Shape::Spread => waiting(edge, share_of_cases, share(edge.total_s, all_s)),
                Shape::Timer(timer) => timed(edge, *timer),
            },
        }
    });
    listed.collect()
}

fn waiting(edge: &Edge, share_of_cases: f64, share_of_all: f64) -> String {
    let Edge { from, to, .. } = edge;
    let place = if from == to {
        format!("“{from}” is done again")
    } else {
        format!("From “{from}” to “{to}”")
    };
    format!(
        "{place}: half take longer than {}, one in ten longer than {}; {} of cases pass here, and it \
         makes up {} of all waiting.",
        duration(edge.median_s),
        duration(edge.p90_s),
        percent(share_of_cases),
        percent(share_of_all),
    )
}

fn timed(edge: &Edge, timer: Timer) -> String {
    let Edge { from, to, .. } = edge;
    let rest = if timer.shorter > OUTSIDE {
        "hardly any is longer".to_owned()
    } else if timer.shorter > 0.0 {
        format!("only {} are shorter", percent(timer.shorter))
    } else {
        "none is shorter".to_owned()
    };
    format!(
        "“{to}” follows “{from}” by the clock ({} times, median {}): {} of these gaps are {} to \
         within 2 %, and {rest}. Looks like an automatic timer: change the rule, not the work.",
        count(edge.count),
        duration(edge.median_s),
        percent(timer.crowd),
        duration(timer.delay_s),
    )
}
