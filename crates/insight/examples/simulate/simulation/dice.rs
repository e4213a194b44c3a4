/// A small generator of our own (SplitMix64), so that the log stays the same whatever versions of
/// libraries are in use.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A whole number below this.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        let wide = (self.next() >> 32) * u64::from(end);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }

    /// Seconds around this median, skewed as working times are: from a fifth of it to eight times
    /// it, half of them below. Whole numbers only, so that no machine rounds otherwise.
    pub(super) fn around(&mut self, median_s: i64) -> i64 {
        const PERCENT_OF_MEDIAN: [i64; 12] =
            [20, 35, 50, 65, 80, 100, 120, 150, 190, 260, 420, 800];
        let step = self.below(11);
        let at = usize::try_from(step).unwrap_or(0);
        let (low, high) = (PERCENT_OF_MEDIAN[at], PERCENT_OF_MEDIAN[at + 1]);
        let between = i64::from(self.below(1_000));
        median_s * (low * 1_000 + (high - low) * between) / 100_000
    }
}
