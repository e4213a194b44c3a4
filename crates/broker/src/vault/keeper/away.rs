use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::error::KeeperProblem;

/// For so long a service that was not reached is not asked again: whoever needs it in between is told at once, in place
/// of waiting for it with a transaction open.
const REST: Duration = Duration::from_secs(2);

/// Whether a key management service was away a moment ago.
#[derive(Debug, Default)]
pub(super) struct Away(Mutex<Option<(Instant, KeeperProblem)>>);

impl Away {
    /// Why it is not asked now.
    pub(super) fn now(&self) -> Option<KeeperProblem> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.filter(|(at, _)| at.elapsed() < REST)
            .map(|(_, problem)| problem)
    }

    /// How a call ended.
    pub(super) fn note(&self, problem: Option<&KeeperProblem>) {
        let away = problem.filter(|problem| matches!(problem, KeeperProblem::Unreachable(_)));
        let away = away.map(|problem| (Instant::now(), *problem));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = away;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_not_reached_is_left_alone_until_somebody_reaches_it() {
        let away = Away::default();
        assert_eq!(away.now(), None);
        let gone = KeeperProblem::Unreachable("does not answer in time");
        away.note(Some(&gone));
        assert_eq!(away.now(), Some(gone));
        // What it answers, it answers.
        away.note(Some(&KeeperProblem::Denied));
        assert_eq!(away.now(), None);
        away.note(Some(&gone));
        away.note(None);
        assert_eq!(away.now(), None);
    }
}
