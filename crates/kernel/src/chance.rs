use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// Where random bytes come from. Passed as an argument, so that tests own chance.
pub trait Chance: Send + Sync {
    /// Fills `bytes` with cryptographically strong random bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// An array of `N` random bytes.
    fn bytes<const N: usize>(&self) -> [u8; N]
    where
        Self: Sized,
    {
        let mut out = [0_u8; N];
        self.fill(&mut out);
        out
    }
}

/// The operating system's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Chance for SystemRng {
    #[expect(
        clippy::expect_used,
        reason = "a system without randomness cannot make keys: going on would be worse than stopping"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        SystemRandom::new()
            .fill(bytes)
            .expect("the operating system gives random bytes");
    }
}
