use serde::{Deserialize, Serialize};

use super::percentiles::{seconds, share, to_f64};
use crate::instant::{DAY_US, date_text};
use crate::log::EventLog;

/// What came in, went out and was open in one week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// The Monday on which the week begins, at 00:00 UTC.
    pub week: String,
    /// Cases whose first event lies in the week.
    pub arrivals: u64,
    /// Cases whose last event lies in the week.
    pub completions: u64,
    /// Cases that were open as the week began: first event at or before it, last event after it.
    pub wip_at_week_start: u64,
}

/// Little's law, L = λ · W, over the whole log. It holds over a long stable stretch; where arrivals
/// trend, L is an average over unlike times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Little {
    /// From the earliest to the latest event, in seconds.
    pub span_s: f64,
    /// λ: cases a day.
    pub lambda_per_day: f64,
    /// W: mean duration of a case, in days.
    pub w_mean_days: f64,
    /// L: cases open on average.
    pub l_mean_wip: f64,
}

const WEEK_US: i64 = 7 * DAY_US;
/// 1970-01-01 was a Thursday: the Monday before lies three days earlier.
const FIRST_MONDAY_US: i64 = -3 * DAY_US;

/// The weeks from the first arrival to the last completion, without a gap.
pub(super) fn weeks(log: &EventLog) -> Vec<Week> {
    let ends = || log.cases().filter_map(|case| case.first_and_last_us());
    let first = ends().map(|(first, last)| week_of(first.min(last))).min();
    let last = ends().map(|(first, last)| week_of(first.max(last))).max();
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    // The builder bounds the years, so there are at most some 15,000 weeks.
    let length = usize::try_from(last - first + 1).unwrap_or(0);
    let (mut arrivals, mut completions) = (vec![0_u64; length], vec![0_u64; length]);
    // Changes of the number of open cases at the start of each week, and of the one after all.
    let mut opened = vec![0_i64; length + 1];
    let at = |week: i64| usize::try_from(week - first).unwrap_or(0).min(length);
    for (begin, end) in ends() {
        arrivals[at(week_of(begin))] += 1;
        completions[at(week_of(end))] += 1;
        // Open at a Monday t if begin <= t < end: from the first Monday not before the begin up
        // to, and without, the first Monday not before the end.
        if begin < end {
            opened[at(first_week_start_from(begin))] += 1;
            opened[at(first_week_start_from(end))] -= 1;
        }
    }
    let mut open = 0;
    let weeks = (first..=last)
        .zip(arrivals.into_iter().zip(completions))
        .zip(opened);
    weeks
        .map(|((week, (arrivals, completions)), change)| {
            open += change;
            Week {
                week: date_text(FIRST_MONDAY_US + week * WEEK_US),
                arrivals,
                completions,
                wip_at_week_start: u64::try_from(open).unwrap_or(0),
            }
        })
        .collect()
}

/// The number of the week in which this moment lies.
fn week_of(us: i64) -> i64 {
    (us - FIRST_MONDAY_US).div_euclid(WEEK_US)
}

/// The number of the first week that starts at or after this moment.
fn first_week_start_from(us: i64) -> i64 {
    week_of(us - 1) + 1
}

pub(super) fn little(log: &EventLog, span_us: i64, mean_duration_s: f64) -> Little {
    let day_s = seconds(DAY_US);
    let span_s = seconds(span_us);
    let lambda_per_day = share(to_f64(log.case_count()), span_s / day_s);
    let w_mean_days = mean_duration_s / day_s;
    Little {
        span_s,
        lambda_per_day,
        w_mean_days,
        l_mean_wip: lambda_per_day * w_mean_days,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::parse_iso;
    use crate::{Limits, LogBuilder};

    #[test]
    fn a_case_is_open_from_the_monday_it_arrives_on_until_before_the_one_it_ends_on() {
        let mut builder = LogBuilder::new(&Limits::default());
        for (case, times) in [
            (
                "on the dot",
                ["2024-03-04T00:00:00Z", "2024-03-18T00:00:00Z"],
            ),
            (
                "within a week",
                ["2024-03-05T00:00:00Z", "2024-03-06T00:00:00Z"],
            ),
            (
                "a moment after",
                ["2024-03-04T00:00:00.000001Z", "2024-03-18T00:00:00.000001Z"],
            ),
        ] {
            for time in times {
                builder
                    .event("a", None, parse_iso(time.as_bytes()).unwrap().us)
                    .unwrap();
            }
            builder.close_block(Some(case)).unwrap();
        }
        let found = weeks(&builder.finish());
        let expected = [
            ("2024-03-04", 3, 1, 1),
            ("2024-03-11", 0, 0, 2),
            ("2024-03-18", 0, 2, 1),
        ];
        let found: Vec<_> = found
            .iter()
            .map(|w| {
                (
                    w.week.as_str(),
                    w.arrivals,
                    w.completions,
                    w.wip_at_week_start,
                )
            })
            .collect();
        assert_eq!(found, expected);
    }
}
