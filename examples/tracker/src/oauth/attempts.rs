use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use time::{Duration, OffsetDateTime};

const WINDOW: Duration = Duration::minutes(5);
const FAILURES_IN_WINDOW: usize = 10;

/// Slows down guessing of the owner's password: ten failures in five minutes, then a pause.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failures: Mutex<VecDeque<OffsetDateTime>>,
}

impl Attempts {
    /// Whether another attempt may be made now.
    pub(super) fn allowed(&self, now: OffsetDateTime) -> bool {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        while failures.front().is_some_and(|at| now - *at >= WINDOW) {
            failures.pop_front();
        }
        failures.len() < FAILURES_IN_WINDOW
    }

    /// Remembers a failure.
    pub(super) fn failed(&self, now: OffsetDateTime) {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_passwords_make_a_pause_of_five_minutes() {
        let (attempts, now) = (Attempts::default(), OffsetDateTime::UNIX_EPOCH);
        for _ in 0..FAILURES_IN_WINDOW {
            assert!(attempts.allowed(now));
            attempts.failed(now);
        }
        assert!(!attempts.allowed(now + Duration::minutes(4)));
        assert!(attempts.allowed(now + Duration::minutes(5)));
    }
}
