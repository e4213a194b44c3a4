use kernel::words::duration;

use super::Transition;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Steps between which a person sees a difference. Thresholds are picked from these, so that the
/// legend reads `over 3 d` and never `over 71.3 h`.
const STEPS: [f64; 16] = [
    1.0,
    10.0,
    MINUTE,
    10.0 * MINUTE,
    HOUR,
    4.0 * HOUR,
    8.0 * HOUR,
    DAY,
    2.0 * DAY,
    3.0 * DAY,
    7.0 * DAY,
    14.0 * DAY,
    30.0 * DAY,
    90.0 * DAY,
    180.0 * DAY,
    366.0 * DAY,
];
/// Colours in the style sheet, `heat-0` to `heat-4`.
const HOTTEST: usize = 4;

/// Which colour a wait has, relative to the other waits of the same log: all of them, drawn or not, so
/// that a colour means the same at every detail.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heat {
    /// Ascending, at most four.
    thresholds: Vec<f64>,
}

impl Heat {
    /// Thresholds just below the quintiles of the medians, so that every colour is used.
    pub(super) fn of(transitions: &[Transition]) -> Self {
        let mut medians: Vec<f64> = transitions
            .iter()
            .map(|t| t.median_s)
            .filter(|s| s.is_finite())
            .collect();
        medians.sort_by(f64::total_cmp);
        let (Some(&least), Some(&most)) = (medians.first(), medians.last()) else {
            return Self {
                thresholds: Vec::new(),
            };
        };
        let mut thresholds: Vec<f64> = (1..=HOTTEST)
            .filter_map(|fifth| medians.get(fifth * medians.len() / (HOTTEST + 1)))
            .filter_map(|quintile| step_below(*quintile))
            .filter(|step| *step > least && *step <= most)
            .collect();
        thresholds.dedup();
        Self { thresholds }
    }

    /// 0 for the shortest to 4 for the longest waits.
    pub(super) fn level(&self, median_s: f64) -> u8 {
        let above = self
            .thresholds
            .iter()
            .filter(|threshold| median_s >= **threshold)
            .count();
        self.colour(above)
    }

    /// Each colour in use with the waits that it stands for.
    pub(super) fn legend(&self) -> Vec<(u8, String)> {
        let read = |index: usize| self.thresholds.get(index).copied().map(duration);
        (0..=self.thresholds.len())
            .map(|band| {
                let from = band.checked_sub(1).and_then(read);
                let text = match (from, read(band)) {
                    (None, None) => "any wait".to_owned(),
                    (None, Some(to)) => format!("under {to}"),
                    (Some(from), Some(to)) => format!("{from} to {to}"),
                    (Some(from), None) => format!("{from} and more"),
                };
                (self.colour(band), text)
            })
            .collect()
    }

    /// Spreads fewer bands over the whole range of colours: the longest wait is always the hottest.
    fn colour(&self, band: usize) -> u8 {
        let bands = self.thresholds.len();
        let level = if bands == 0 {
            0
        } else {
            (band * HOTTEST).div_ceil(bands)
        };
        u8::try_from(level).unwrap_or(0)
    }
}

/// The largest step that is not longer.
fn step_below(seconds: f64) -> Option<f64> {
    STEPS.into_iter().rfind(|step| *step <= seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heat(medians: &[f64]) -> Heat {
        let transition = |median_s: &f64| Transition {
            from: 0,
            to: 1,
            count: 1,
            median_s: *median_s,
            p90_s: 0.0,
        };
        Heat::of(&medians.iter().map(transition).collect::<Vec<_>>())
    }

    #[test]
    fn thresholds_are_round_and_follow_the_log() {
        let heat = heat(&[30.0, 3_000.0, 20_000.0, 90_000.0, 600_000.0, 2_592_116.0]);
        let legend: Vec<_> = heat.legend().into_iter().map(|(_, text)| text).collect();
        assert_eq!(
            legend,
            [
                "under 10 min",
                "10 min to 4 h",
                "4 h to 1 d",
                "1 d to 3 d",
                "3 d and more"
            ]
        );
        assert_eq!(
            [30.0, 3_600.0, 2_592_116.0].map(|s| heat.level(s)),
            [0, 1, 4]
        );
    }

    #[test]
    fn waits_that_are_all_alike_are_all_cool() {
        assert_eq!(heat(&[60.0, 60.0]).level(60.0), 0);
        assert_eq!(heat(&[]).level(60.0), 0);
        assert_eq!(heat(&[f64::NAN]).level(60.0), 0);
    }

    #[test]
    fn the_longest_wait_of_a_small_log_is_the_hottest() {
        assert_eq!(heat(&[60.0, 2_000_000.0]).level(2_000_000.0), 4);
    }
}
