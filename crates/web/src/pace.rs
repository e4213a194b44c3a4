use std::time::Duration;

use tokio::time::Instant;

/// How much more has to move, and until when: who sends or takes less holds a place for nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    least_bytes: usize,
    within: Duration,
    missing: usize,
    until: Instant,
}

impl Pace {
    /// At least so many bytes, each time within so long.
    pub(crate) fn new(least_bytes: usize, within: Duration) -> Self {
        Self {
            least_bytes,
            within,
            missing: least_bytes,
            until: Instant::now() + within,
        }
    }

    /// Until when more has to move.
    pub(crate) const fn until(&self) -> Instant {
        self.until
    }

    /// Enough of it starts the time anew.
    pub(crate) fn take(&mut self, bytes: usize) {
        self.missing = self.missing.saturating_sub(bytes);
        if self.missing == 0 {
            *self = Self::new(self.least_bytes, self.within);
        }
    }
}
