use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::OrganisationId;
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
        }
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn organisation(number: u128) -> OrganisationId {
        OrganisationId::from(Uuid::from_u128(number))
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
