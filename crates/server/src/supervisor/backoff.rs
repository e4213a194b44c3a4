use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(30);
/// A child that lived this long did not fail because of how it was started.
const STABLE: Duration = Duration::from_mins(1);

/// How long to wait before a child is started again: at first hardly, then longer each time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(super) const fn new() -> Self {
        Self { next: FIRST }
    }

    /// The wait before the next start.
    pub(super) fn wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(LONGEST);
        wait
    }

    /// A child has ended that lived for `life`.
    pub(super) fn lived(&mut self, life: Duration) {
        if life >= STABLE {
            *self = Self::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_half_a_minute_and_begin_anew_after_a_long_life() {
        let mut backoff = Backoff::new();
        let waits: Vec<_> = (0..10).map(|_| backoff.wait()).collect();
        assert_eq!(waits[0], FIRST);
        assert!(waits.is_sorted());
        assert_eq!(waits[9], LONGEST);
        backoff.lived(Duration::from_secs(59));
        assert_eq!(backoff.wait(), LONGEST);
        backoff.lived(STABLE);
        assert_eq!(backoff.wait(), FIRST);
    }
}
