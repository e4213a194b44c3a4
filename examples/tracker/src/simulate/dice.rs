/// Chance that repeats: SplitMix64 from a fixed seed. It decides nothing but the simulated history.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to just below `count`.
    pub(super) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % (count.max(1) as u64)).unwrap_or(0)
    }

    /// Yes, in so many of a hundred cases.
    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of several.
    pub(super) fn one_of<T: Copy>(&mut self, several: &[T]) -> Option<T> {
        several.get(self.below(several.len())).copied()
    }

    /// A duration with this mean: many short ones, a few long ones (Erlang with two phases).
    pub(super) fn around(&mut self, mean: i64) -> i64 {
        i64::midpoint(self.until_next(mean), self.until_next(mean))
    }

    /// The time until the next of several independent arrivals (exponential).
    pub(super) fn until_next(&mut self, mean: i64) -> i64 {
        // In whole numbers, so that no platform's logarithm changes the history: -ln of a uniform
        // number is the mean number of halvings times ln 2, and the rest of a halving is linear.
        let bits = self.next() | 1;
        let halvings = i64::from(bits.leading_zeros());
        let rest = i64::try_from((bits << halvings) >> 40 & 0x7f_ffff).unwrap_or(0);
        let scaled = (halvings + 1) * (1 << 23) - rest;
        mean * scaled / (1 << 23) * 693 / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_mean_that_was_asked_for() {
        let mut dice = Dice::new(7);
        let total: i64 = (0..20_000).map(|_| dice.until_next(3_600)).sum();
        assert!(
            (3_400..3_800).contains(&(total / 20_000)),
            "{}",
            total / 20_000
        );
        let total: i64 = (0..20_000).map(|_| dice.around(3_600)).sum();
        assert!(
            (3_400..3_800).contains(&(total / 20_000)),
            "{}",
            total / 20_000
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut one, mut other) = (Dice::new(1), Dice::new(1));
        assert!((0..100).all(|_| one.below(1000) == other.below(1000)));
    }
}
