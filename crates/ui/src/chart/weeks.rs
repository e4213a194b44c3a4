use std::fmt::Write as _;

use askama::Template;
use askama::filters::HtmlSafe;
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::scale::{round_ticks, share};
use crate::filters;

/// One week of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub starts_on: Date,
    /// Cases whose first event lies in it.
    pub arrived: u64,
    /// Cases whose last event lies in it.
    pub completed: u64,
    /// Cases in progress when it starts.
    pub open: u64,
}

/// More points than this stand too close to be told apart or pointed at.
const MOST_POINTS: usize = 160;
/// Labels under the horizontal axis.
const LABELS: usize = 8;
const WEEK: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:short] [year]");
const MONTH: &[BorrowedFormatItem<'_>] = format_description!("[month repr:short] [year]");

/// Arrivals and completions per week as lines, and below them the cases in progress as an area.
///
/// Two plots with one horizontal axis, not one with two vertical ones: two scales in one plot let
/// any two lines cross anywhere.
#[derive(Debug, Clone, Template)]
#[template(path = "chart/weeks.html")]
pub struct WeeksChart {
    /// Weeks in one point.
    weeks_a_point: usize,
    points: Vec<Point>,
    arrived_line: String,
    completed_line: String,
    open_area: String,
    flow_ticks: Vec<Tick>,
    open_ticks: Vec<Tick>,
    labels: Vec<Label>,
    period: String,
}

impl WeeksChart {
    /// The chart of these weeks, which follow each other without a gap.
    pub fn new(weeks: &[Week]) -> Self {
        let weeks_a_point = weeks.len().div_ceil(MOST_POINTS).max(1);
        let joined: Vec<Week> = weeks.chunks(weeks_a_point).filter_map(join).collect();
        let flow_max = joined
            .iter()
            .map(|week| week.arrived.max(week.completed))
            .max()
            .unwrap_or(0);
        let open_max = joined.iter().map(|week| week.open).max().unwrap_or(0);
        let (flow_ticks, open_ticks) = (round_ticks(flow_max), round_ticks(open_max));
        let flow_top = flow_ticks.last().copied().unwrap_or(1);
        let open_top = open_ticks.last().copied().unwrap_or(1);
        let line =
            |value: fn(&Week) -> u64, top| path(joined.iter().map(|week| share(value(week), top)));
        let open_line = line(|week| week.open, open_top);
        Self {
            weeks_a_point,
            points: points(&joined),
            arrived_line: line(|week| week.arrived, flow_top),
            completed_line: line(|week| week.completed, flow_top),
            open_area: if open_line.is_empty() {
                open_line
            } else {
                format!("{open_line}V1000H0Z")
            },
            flow_ticks: ticks(&flow_ticks, flow_top),
            open_ticks: ticks(&open_ticks, open_top),
            labels: labels(&joined),
            period: period(&joined),
        }
    }

    /// How many weeks each point joins.
    pub const fn weeks_a_point(&self) -> usize {
        self.weeks_a_point
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

impl HtmlSafe for WeeksChart {}

#[derive(Debug, Clone)]
struct Point {
    week: String,
    arrived: u64,
    completed: u64,
    open: u64,
    x: f64,
    hit_x: f64,
    hit_width: f64,
}

#[derive(Debug, Clone)]
struct Tick {
    /// Percent from the top.
    y: f64,
    value: u64,
}

#[derive(Debug, Clone)]
struct Label {
    /// Percent from the left.
    x: f64,
    text: String,
    anchor: &'static str,
    minor: bool,
}

fn join(weeks: &[Week]) -> Option<Week> {
    let first = weeks.first()?;
    Some(Week {
        arrived: weeks.iter().map(|week| week.arrived).sum(),
        completed: weeks.iter().map(|week| week.completed).sum(),
        ..*first
    })
}

/// Where the point at `index` of `count` stands, in percent from the left.
fn x_of(index: usize, count: usize) -> f64 {
    if count < 2 {
        50.0
    } else {
        share(index as u64, count as u64 - 1) * 100.0
    }
}

fn points(weeks: &[Week]) -> Vec<Point> {
    let step = if weeks.len() < 2 {
        100.0
    } else {
        100.0 / share(weeks.len() as u64 - 1, 1)
    };
    let point = |(index, week): (usize, &Week)| {
        let x = x_of(index, weeks.len());
        let hit_x = (x - step / 2.0).max(0.0);
        Point {
            week: week.starts_on.format(WEEK).unwrap_or_default(),
            arrived: week.arrived,
            completed: week.completed,
            open: week.open,
            x,
            hit_x,
            hit_width: (x + step / 2.0).min(100.0) - hit_x,
        }
    };
    weeks.iter().enumerate().map(point).collect()
}

/// A line through shares of the height, in a square of 1000; a single value is a level line.
fn path(values: impl ExactSizeIterator<Item = f64>) -> String {
    let count = values.len();
    let mut out = String::new();
    for (index, value) in values.enumerate() {
        let y = (1.0 - value) * 1_000.0;
        let x = if count == 1 {
            0.0
        } else {
            x_of(index, count) * 10.0
        };
        let _ = write!(out, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
    }
    if count == 1 {
        out.push_str("H1000");
    }
    out
}

fn ticks(values: &[u64], top: u64) -> Vec<Tick> {
    values
        .iter()
        .map(|value| Tick {
            y: (1.0 - share(*value, top)) * 100.0,
            value: *value,
        })
        .collect()
}

fn labels(weeks: &[Week]) -> Vec<Label> {
    let Some(last) = weeks.len().checked_sub(1) else {
        return Vec::new();
    };
    let format = if weeks.len() > 3 * LABELS {
        MONTH
    } else {
        WEEK
    };
    let steps = last.clamp(1, LABELS - 1);
    let mut labels: Vec<Label> = (0..=last.min(steps))
        .map(|step| {
            let index = step * last / steps;
            let anchor = match index {
                _ if last == 0 => "middle",
                0 => "start",
                _ if index == last => "end",
                _ => "middle",
            };
            Label {
                x: x_of(index, weeks.len()),
                text: weeks[index].starts_on.format(format).unwrap_or_default(),
                anchor,
                minor: step != 0 && step != steps,
            }
        })
        .collect();
    labels.dedup_by(|later, earlier| later.text == earlier.text);
    labels
}

fn period(weeks: &[Week]) -> String {
    let read = |week: Option<&Week>| {
        week.and_then(|week| week.starts_on.format(WEEK).ok())
            .unwrap_or_default()
    };
    format!("{} to {}", read(weeks.first()), read(weeks.last()))
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::date;

    use super::*;

    fn weeks(count: i64) -> Vec<Week> {
        (0..count)
            .map(|index| Week {
                starts_on: date!(2024 - 01 - 01) + Duration::weeks(index),
                arrived: 10,
                completed: u64::try_from(index).unwrap() % 7,
                open: 40,
            })
            .collect()
    }

    #[test]
    fn the_highest_value_stays_under_the_highest_tick() {
        let chart = WeeksChart::new(&weeks(3));
        assert_eq!(
            chart
                .flow_ticks
                .iter()
                .map(|tick| tick.value)
                .collect::<Vec<_>>(),
            [0, 5, 10]
        );
        assert_eq!(chart.arrived_line, "M0.0 0.0L500.0 0.0L1000.0 0.0");
        assert!(chart.open_area.ends_with("V1000H0Z"));
    }

    #[test]
    fn fourteen_years_join_several_weeks_in_a_point_and_lose_no_case() {
        let chart = WeeksChart::new(&weeks(703));
        assert_eq!(chart.weeks_a_point, 5);
        assert_eq!(
            chart.points.iter().map(|point| point.arrived).sum::<u64>(),
            7_030
        );
        assert!(chart.points.len() <= MOST_POINTS && chart.labels.len() <= LABELS);
    }

    #[test]
    fn one_week_and_no_week_draw_without_nonsense() {
        for count in [0, 1, 2] {
            let svg = WeeksChart::new(&weeks(count)).render().unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        assert!(WeeksChart::new(&[]).is_empty());
    }

    #[test]
    fn what_can_be_pointed_at_covers_the_plot_once() {
        let chart = WeeksChart::new(&weeks(52));
        let covered: f64 = chart.points.iter().map(|point| point.hit_width).sum();
        assert!((covered - 100.0).abs() < 1e-6, "{covered}");
    }
}
