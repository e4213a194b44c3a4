use serde::{Deserialize, Serialize};

use crate::instant::SECOND_US;

/// The distribution of durations, in seconds. Percentiles interpolate linearly between the two
/// nearest ranks (Hyndman and Fan's type 7, the default of numpy and R). All 0 where `n` is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// How many durations.
    pub n: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// 10th percentile.
    pub p10: f64,
    /// 25th percentile.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// 75th percentile.
    pub p75: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Shortest.
    pub min: f64,
    /// Longest.
    pub max: f64,
}

impl Percentiles {
    /// Of durations in microseconds, which get sorted.
    pub(super) fn of(durations_us: &mut [i64]) -> Self {
        durations_us.sort_unstable();
        let at = |p| percentile_s(durations_us, p);
        Self {
            n: durations_us.len() as u64,
            mean: mean_s(durations_us),
            p10: at(0.10),
            p25: at(0.25),
            p50: at(0.50),
            p75: at(0.75),
            p90: at(0.90),
            p95: at(0.95),
            min: at(0.0),
            max: at(1.0),
        }
    }
}

/// The percentile `p` (0 to 1) of sorted microseconds, in seconds.
pub(super) fn percentile_s(sorted_us: &[i64], p: f64) -> f64 {
    let Some(last) = sorted_us.len().checked_sub(1) else {
        return 0.0;
    };
    let rank = to_f64(last) * p;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 <= rank <= last, and its fraction is used below"
    )]
    let below = rank.floor() as usize;
    let low = sorted_us.get(below).copied().unwrap_or(0);
    let high = sorted_us.get(below + 1).copied().unwrap_or(low);
    seconds(low) + (rank - rank.floor()) * seconds(high - low)
}

pub(super) fn mean_s(durations_us: &[i64]) -> f64 {
    if durations_us.is_empty() {
        return 0.0;
    }
    total_s(durations_us) / to_f64(durations_us.len())
}

pub(super) fn total_s(durations_us: &[i64]) -> f64 {
    // Thirteen years of fines add up to a third of what i64 holds in microseconds.
    let sum: i128 = durations_us.iter().copied().map(i128::from).sum();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a sum of durations needs no 17th digit"
    )]
    let sum = sum as f64;
    sum / to_f64(SECOND_US.unsigned_abs())
}

pub(super) fn seconds(us: i64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact below 285 years in microseconds"
    )]
    let us = us as f64;
    us / to_f64(SECOND_US.unsigned_abs())
}

/// Counts are far below 2^53, where every integer has its own f64.
pub(crate) fn to_f64<N: TryInto<u64>>(count: N) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let count = count.try_into().unwrap_or(u64::MAX) as f64;
    count
}

/// A part of a whole; 0 of nothing.
pub(crate) fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_interpolate_as_numpy_does() {
        // numpy.percentile([1, 2, 4, 8, 16], [10, 25, 50, 75, 90, 95])
        let mut durations: Vec<i64> = [16, 1, 8, 2, 4].map(|s| s * SECOND_US).to_vec();
        let found = Percentiles::of(&mut durations);
        let expected = Percentiles {
            n: 5,
            mean: 6.2,
            p10: 1.4,
            p25: 2.0,
            p50: 4.0,
            p75: 8.0,
            p90: 12.8,
            p95: 14.4,
            min: 1.0,
            max: 16.0,
        };
        for (found, expected) in [
            (found.mean, expected.mean),
            (found.p10, expected.p10),
            (found.p25, expected.p25),
            (found.p50, expected.p50),
            (found.p75, expected.p75),
            (found.p90, expected.p90),
            (found.p95, expected.p95),
            (found.min, expected.min),
            (found.max, expected.max),
        ] {
            assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
        }
    }

    #[test]
    fn no_durations_have_no_distribution() {
        assert_eq!(Percentiles::of(&mut []), Percentiles::default());
        assert!((Percentiles::of(&mut [7]).p95 - 7e-6).abs() < 1e-12);
    }
}
