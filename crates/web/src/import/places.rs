use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::{LogId, OrganisationId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Files that are read at once; the reader's limits allow each of them a gigabyte at worst.
const MAX_IMPORTS: usize = 4;
/// Of those, files of one organisation: its slow uploads must not hold everybody up.
const MAX_EACH: usize = 1;
/// How long an import waits for its place.
const WAIT: Duration = Duration::from_mins(1);

/// Who may read a file now.
#[derive(Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    each: Mutex<HashMap<OrganisationId, Arc<Semaphore>>>,
    wait: Duration,
    /// Logs that a file is on its way to.
    claimed: Arc<Mutex<HashSet<LogId>>>,
}

/// The right to fill one log, until it is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    claimed: Arc<Mutex<HashSet<LogId>>>,
    log: LogId,
}

/// The right to read one file, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _own: OwnedSemaphorePermit,
    _shared: OwnedSemaphorePermit,
}

impl Places {
    /// All free.
    pub(crate) fn new() -> Self {
        Self::waiting(WAIT)
    }

    fn waiting(wait: Duration) -> Self {
        Self {
            wait,
            all: Arc::new(Semaphore::new(MAX_IMPORTS)),
            each: Mutex::default(),
            claimed: Arc::default(),
        }
    }

    /// The right to fill `log`, or nothing where a file is on its way to it. Between fronts, the file's row at the broker
    /// decides.
    pub(super) fn claim(&self, log: LogId) -> Option<Claim> {
        let claimed = Arc::clone(&self.claimed);
        let is_first = lock(&claimed).insert(log);
        is_first.then(|| Claim { claimed, log })
    }

    /// A place for `organisation`, or nothing where none became free in time.
    pub(super) async fn take(&self, organisation: OrganisationId) -> Option<Place> {
        let own = self.of(organisation);
        let both = async {
            // The own one first: who waits for it must not hold one that others could use.
            let own = own.acquire_owned().await.ok()?;
            let shared = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some(Place {
                _own: own,
                _shared: shared,
            })
        };
        tokio::time::timeout(self.wait, both).await.ok().flatten()
    }

    fn of(&self, organisation: OrganisationId) -> Arc<Semaphore> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody reads, or waits to read, for an organisation that this map alone knows.
        each.retain(|_, places| Arc::strong_count(places) > 1);
        let places = each
            .entry(organisation)
            .or_insert_with(|| Arc::new(Semaphore::new(MAX_EACH)));
        Arc::clone(places)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        lock(&self.claimed).remove(&self.log);
    }
}

fn lock(claimed: &Mutex<HashSet<LogId>>) -> std::sync::MutexGuard<'_, HashSet<LogId>> {
    claimed.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn organisation(number: u128) -> OrganisationId {
        OrganisationId::from(Uuid::from_u128(number))
    }

    #[test]
    fn a_log_is_filled_by_one_file_at_a_time() {
        let places = Places::new();
        let (log, other) = (
            LogId::from(Uuid::from_u128(1)),
            LogId::from(Uuid::from_u128(2)),
        );
        let first = places.claim(log).unwrap();
        assert!(places.claim(log).is_none());
        assert!(
            places.claim(log).is_none(),
            "a refused one takes nothing away"
        );
        assert!(places.claim(other).is_some());
        drop(first);
        assert!(places.claim(log).is_some());
    }

    #[tokio::test]
    async fn an_organisation_that_holds_its_place_holds_up_nobody_else() {
        let places = Places::waiting(Duration::from_millis(20));
        let held = places.take(organisation(1)).await.unwrap();
        assert!(places.take(organisation(1)).await.is_none());
        let others: Vec<_> = [2, 3, 4]
            .map(|number| places.take(organisation(number)))
            .into();
        for other in others {
            std::mem::forget(other.await.unwrap());
        }
        assert!(places.take(organisation(5)).await.is_none(), "a fifth");
        drop(held);
        assert!(places.take(organisation(1)).await.is_some());
    }
}
