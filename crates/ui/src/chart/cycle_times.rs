use askama::Template;
use askama::filters::HtmlSafe;

use crate::filters;

/// How long cases take from their first to their last event, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CycleTimes {
    /// A tenth of the cases take at most this long.
    pub p10_s: f64,
    /// A quarter.
    pub p25_s: f64,
    /// Half.
    pub p50_s: f64,
    /// Three quarters.
    pub p75_s: f64,
    /// Nine tenths.
    pub p90_s: f64,
    /// Nineteen of twenty.
    pub p95_s: f64,
    /// The mean.
    pub mean_s: f64,
    /// The longest case.
    pub max_s: f64,
}

/// Cycle times as a strip: most cases, the middle half, the median. Ends at p95, so that one case of
/// ten years does not squeeze all others into a line.
#[derive(Debug, Clone, Template)]
#[template(path = "chart/cycle_times.html")]
pub struct CycleTimesChart {
    times: CycleTimes,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "askama hands fields over by reference"
)]
impl CycleTimesChart {
    /// The strip for these times.
    pub const fn new(times: CycleTimes) -> Self {
        Self { times }
    }

    fn x(&self, seconds: &f64) -> f64 {
        let end = self.times.p95_s;
        if end > 0.0 && seconds.is_finite() {
            (seconds / end).clamp(0.0, 1.0) * 100.0
        } else {
            0.0
        }
    }

    /// Width in percent of a band; a band of nothing still shows as a hair.
    fn width(&self, from: &f64, to: &f64) -> f64 {
        (self.x(to) - self.x(from)).max(0.3)
    }
}

impl HtmlSafe for CycleTimesChart {}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(scale: f64) -> CycleTimes {
        CycleTimes {
            p10_s: 1.0 * scale,
            p25_s: 2.0 * scale,
            p50_s: 4.0 * scale,
            p75_s: 6.0 * scale,
            p90_s: 8.0 * scale,
            p95_s: 10.0 * scale,
            mean_s: 5.0 * scale,
            max_s: 1_000.0 * scale,
        }
    }

    #[test]
    fn bands_span_their_percentiles() {
        let svg = CycleTimesChart::new(times(86_400.0)).render().unwrap();
        assert!(
            svg.contains(r#"class="range-wide" x="10.0%" width="70.0%""#),
            "{svg}"
        );
        assert!(
            svg.contains(r#"class="range-mid" x="20.0%" width="40.0%""#),
            "{svg}"
        );
        assert!(svg.contains("Half of all cases take at most 4 d"), "{svg}");
    }

    #[test]
    fn cases_that_take_no_time_draw_without_nonsense() {
        let svg = CycleTimesChart::new(times(0.0)).render().unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
