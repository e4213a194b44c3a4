use crate::instant::{DAY_US, SECOND_US};

use super::percentiles::{percentile_s, seconds, share, to_f64};

/// What the distribution of an edge's gaps looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// As work in a queue: spread out, with quick cases and slow ones.
    Spread,
    /// As a timer: a large part lies at nearly one duration, and nearly nothing on one side of it.
    Timer(Timer),
}

/// The duration at which an edge's gaps crowd together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Timer {
    /// The duration, in seconds: the median of the crowd.
    pub(super) delay_s: f64,
    /// Which part of all gaps lies there.
    pub(super) crowd: f64,
    /// Which part of all gaps is shorter.
    pub(super) shorter: f64,
}

/// How wide the crowd may be, as part of its duration. Narrow enough that spread-out work puts at
/// most a few percent into it; wide enough for 15 days to cross a change of clocks.
const WIDTH: f64 = 0.02;
/// Which part of the gaps must lie in the crowd when nearly none is shorter: a floor that only a
/// timer sets, since people who work from a queue are sometimes quick.
const FLOOR_CROWD: f64 = 0.25;
/// Which part must lie there when nearly none is longer: a cap. Higher, because what comes before
/// a cap may be people, and then the waiting is theirs.
const CAP_CROWD: f64 = 0.50;
/// What "nearly none" is.
pub(super) const OUTSIDE: f64 = 0.05;
/// Fewer gaps than this show no shape.
const ENOUGH: usize = 20;
/// A timer shorter than this is nobody's bottleneck.
const SHORTEST_US: i64 = 3_600 * SECOND_US;
/// How many steps of its clock a timer must be long: on dates without a time of day, everything
/// that takes a day or two looks exact.
const STEPS: i64 = 10;

impl Shape {
    /// Of an edge's gaps in microseconds, sorted.
    pub(super) fn of(sorted_us: &[i64]) -> Self {
        if sorted_us.len() < ENOUGH {
            return Self::Spread;
        }
        let Some(crowd) = densest(sorted_us) else {
            return Self::Spread;
        };
        let all = to_f64(sorted_us.len());
        let members = sorted_us.get(crowd.clone()).unwrap_or_default();
        let timer = Timer {
            delay_s: percentile_s(members, 0.50),
            crowd: share(to_f64(members.len()), all),
            shorter: share(to_f64(crowd.start), all),
        };
        let longer = share(to_f64(sorted_us.len() - crowd.end), all);
        let floor = timer.crowd >= FLOOR_CROWD && timer.shorter <= OUTSIDE;
        let cap = timer.crowd >= CAP_CROWD && longer <= OUTSIDE;
        let fine_enough = timer.delay_s >= seconds(STEPS.saturating_mul(clock_step_us(sorted_us)));
        if (floor || cap) && fine_enough {
            Self::Timer(timer)
        } else {
            Self::Spread
        }
    }
}

/// The largest run of gaps that differ by at most [`WIDTH`], among those long enough.
fn densest(sorted_us: &[i64]) -> Option<std::ops::Range<usize>> {
    let first = sorted_us.partition_point(|&gap| gap < SHORTEST_US);
    let mut best = None;
    let (mut end, mut most) = (first, 0);
    for start in first..sorted_us.len() {
        let limit_s = seconds(*sorted_us.get(start)?) * (1.0 + WIDTH);
        while sorted_us
            .get(end)
            .is_some_and(|&gap| seconds(gap) <= limit_s)
        {
            end += 1;
        }
        if end - start > most {
            most = end - start;
            best = Some(start..end);
        }
    }
    best
}

/// A day if nearly all gaps are whole days, give or take the hour of a change of clocks; an hour if
/// they are whole hours; else nothing.
fn clock_step_us(sorted_us: &[i64]) -> i64 {
    let hour = 3_600 * SECOND_US;
    let nearly_all = |whole: &dyn Fn(i64) -> bool| {
        let count = sorted_us.iter().filter(|&&gap| whole(gap)).count();
        share(to_f64(count), to_f64(sorted_us.len())) >= 1.0 - OUTSIDE
    };
    if nearly_all(&|gap| [0, hour, DAY_US - hour].contains(&gap.rem_euclid(DAY_US))) {
        DAY_US
    } else if nearly_all(&|gap| gap.rem_euclid(hour) == 0) {
        hour
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600 * SECOND_US;

    fn shape(mut gaps: Vec<i64>) -> Shape {
        gaps.sort_unstable();
        Shape::of(&gaps)
    }

    /// Spread over three orders of magnitude, as queues are.
    fn queue(count: i64) -> impl Iterator<Item = i64> {
        (1..=count)
            .map(move |rank| HOUR / 4 + (rank * rank * 400 / count) * HOUR / count * rank / count)
    }

    #[test]
    fn a_constant_delay_is_a_timer() {
        let Shape::Timer(timer) = shape((0..50).map(|i| 15 * DAY_US + i * SECOND_US).collect())
        else {
            panic!("not seen");
        };
        assert!((timer.delay_s - 15.0 * 86_400.0).abs() < 60.0);
        assert!(timer.crowd > 0.99 && timer.shorter < 0.01);
    }

    #[test]
    fn a_floor_under_later_closings_is_a_timer() {
        let later = (0..70).map(|i| 15 * DAY_US + i * DAY_US / 3 + i * SECOND_US);
        let gaps = (0..30).map(|i| 15 * DAY_US + i * SECOND_US).chain(later);
        assert!(matches!(shape(gaps.collect()), Shape::Timer(_)));
    }

    #[test]
    fn a_queue_is_no_timer() {
        assert_eq!(shape(queue(500).collect()), Shape::Spread);
    }

    #[test]
    fn a_queue_that_a_timer_cuts_off_now_and_then_stays_a_queue() {
        let gaps = queue(500).chain((0..100).map(|i| 500 * HOUR + i * SECOND_US));
        assert_eq!(shape(gaps.collect()), Shape::Spread);
    }

    #[test]
    fn whole_days_without_a_time_are_no_timer() {
        let gaps = (0..90).map(|i| (1 + i % 3) * DAY_US);
        assert_eq!(shape(gaps.collect()), Shape::Spread);
    }

    #[test]
    fn a_handful_of_gaps_shows_no_shape() {
        assert_eq!(shape(vec![DAY_US; 19]), Shape::Spread);
        assert_eq!(shape(vec![0; 100]), Shape::Spread);
    }
}
