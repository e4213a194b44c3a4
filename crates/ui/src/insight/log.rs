use askama::Template;
use kernel::LogId;
use time::OffsetDateTime;

use crate::Page;
use crate::chart::{
    CycleTimes, CycleTimesChart, Detail, Flow, ProcessMap, ShareBar, Week, WeeksChart, process_map,
};
use crate::component::Tone;
use crate::filters;

/// What an event log shows: how much, how fast, and where work waits.
#[derive(Debug, Clone, Template)]
#[template(path = "insight/log.html")]
pub struct Log {
    /// What every page shares.
    pub page: Page,
    /// Its identifier.
    pub id: LogId,
    /// Its name.
    pub name: String,
    /// File or app that it came from, and when.
    pub source: String,
    /// The figures on top.
    pub totals: Totals,
    /// Weeks that follow each other without a gap.
    pub weeks: Vec<Week>,
    /// How long cases take.
    pub cycle_times: CycleTimes,
    /// Steps and what follows what.
    pub flow: Flow,
    /// The part of it that the map shows.
    pub shown: Flow,
    /// How much that is.
    pub detail: Detail,
    /// Whether the person may remove it.
    pub may_remove: bool,
    /// The file that it was imported from; nothing where it was scanned, or where no broker listened.
    pub original: Option<Original>,
    /// Where work waits, the longest in sum first.
    pub bottlenecks: Vec<Bottleneck>,
    /// Ways that cases take, the most frequent first.
    pub variants: Vec<Variant>,
    /// What to know before believing the figures: equal timestamps, events without a person.
    pub notes: Vec<String>,
}

/// The file that a log was imported from.
#[derive(Debug, Clone)]
pub struct Original {
    /// What it is called.
    pub name: String,
    /// How long it is.
    pub size_bytes: u64,
}

/// The figures on top of a log's page.
#[derive(Debug, Clone, Copy)]
pub struct Totals {
    /// Cases.
    pub cases: u64,
    /// Events.
    pub events: u64,
    /// Different steps.
    pub activities: u64,
    /// Different ways through the process.
    pub variants: u64,
    /// The first event.
    pub first_event_at: OffsetDateTime,
    /// The last event.
    pub last_event_at: OffsetDateTime,
}

/// Whether a wait is work that lies, or a clock that has to run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BottleneckKind {
    /// Work lies.
    Waiting,
    /// Most waits are equally long: a deadline or a timer, not a queue.
    Timer,
}

impl BottleneckKind {
    const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Timer => "timer",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Waiting => Tone::Warn,
            Self::Timer => Tone::Mute,
        }
    }
}

/// A place where work waits.
#[derive(Debug, Clone)]
pub struct Bottleneck {
    /// The earlier step.
    pub from: String,
    /// The later step.
    pub to: String,
    /// What it means, in one plain sentence.
    pub sentence: String,
    /// Whether work lies there or a clock runs.
    pub kind: BottleneckKind,
    /// How often.
    pub count: u64,
    /// All waits together, in seconds.
    pub total_s: f64,
    /// Median wait, in seconds.
    pub median_s: f64,
    /// Nine in ten wait at most this long, in seconds.
    pub p90_s: f64,
    /// Share of all waiting in the log, 0 to 1.
    pub share: f64,
}

/// A way that cases take.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its steps, in order.
    pub steps: Vec<String>,
    /// Cases that take it.
    pub count: u64,
    /// Share of all cases, 0 to 1.
    pub share: f64,
}

/// Rows that a table next to a chart shows at most.
const TABLE_ROWS: usize = 200;
/// Steps of a variant that are shown; the rest is counted.
const CHIPS: usize = 12;

/// A choice of the map's detail.
#[derive(Debug, Clone, Copy)]
pub struct DetailLink {
    /// The detail.
    pub detail: Detail,
    /// Whether it is the one shown.
    pub is_current: bool,
}

impl Log {
    fn remove_path(&self) -> String {
        format!("/insight/logs/{}/remove", self.id)
    }

    fn weeks_chart(&self) -> WeeksChart {
        WeeksChart::new(&self.weeks)
    }

    fn cycle_times_chart(&self) -> CycleTimesChart {
        CycleTimesChart::new(self.cycle_times)
    }

    fn map(&self) -> ProcessMap {
        process_map(&self.flow, &self.shown)
    }

    fn details(&self) -> [DetailLink; 4] {
        Detail::ALL.map(|detail| DetailLink {
            detail,
            is_current: detail == self.detail,
        })
    }

    /// Ways between steps by name, the most frequent first.
    fn ways(&self) -> Vec<(&str, &str, u64, f64, f64)> {
        let name = |index: usize| {
            self.flow
                .activities
                .get(index)
                .map(|activity| activity.name.as_str())
        };
        let mut ways: Vec<_> = self
            .flow
            .transitions
            .iter()
            .filter_map(|t| Some((name(t.from)?, name(t.to)?, t.count, t.median_s, t.p90_s)))
            .collect();
        ways.sort_by_key(|way| std::cmp::Reverse(way.2));
        ways.truncate(TABLE_ROWS);
        ways
    }

    /// The latest weeks first.
    fn week_rows(&self) -> impl Iterator<Item = &Week> {
        self.weeks.iter().rev().take(TABLE_ROWS)
    }
}

impl Variant {
    fn shown(&self) -> &[String] {
        self.steps.get(..CHIPS).unwrap_or(&self.steps)
    }

    fn more(&self) -> usize {
        self.steps.len().saturating_sub(CHIPS)
    }

    fn bar(&self) -> ShareBar {
        ShareBar::new(self.share)
    }
}

impl Bottleneck {
    fn bar(&self) -> ShareBar {
        let bar = ShareBar::new(self.share);
        if self.kind == BottleneckKind::Timer {
            bar.quiet()
        } else {
            bar
        }
    }
}
