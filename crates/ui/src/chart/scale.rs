/// Evenly spaced round numbers from 0 to at least `max`, in at most four steps.
pub(super) fn round_ticks(max: u64) -> Vec<u64> {
    let step = round_step(max.max(1).div_ceil(4));
    (0..=max.max(1).div_ceil(step))
        .map(|index| index * step)
        .collect()
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `least`.
fn round_step(least: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            match power.checked_mul(factor) {
                Some(step) if step < least => {}
                step => return step.unwrap_or(least),
            }
        }
        power = power.saturating_mul(10);
    }
}

/// `part` of `whole`, 0 to 1; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "a position on the screen")]
pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_maximum() {
        assert_eq!(round_ticks(0), [0, 1]);
        assert_eq!(round_ticks(7), [0, 2, 4, 6, 8]);
        assert_eq!(round_ticks(38), [0, 10, 20, 30, 40]);
        assert_eq!(round_ticks(4_810), [0, 2_000, 4_000, 6_000]);
    }

    proptest! {
        #[test]
        fn there_are_two_to_five_ticks_for_any_maximum(max: u64) {
            let max = max / 8;
            let ticks = round_ticks(max);
            prop_assert!((2..=5).contains(&ticks.len()));
            prop_assert!(ticks.last() >= Some(&max));
        }
    }
}
