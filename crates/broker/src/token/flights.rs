use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use kernel::ConnectionId;
use tokio::sync::watch;

/// Refreshes under way in this process. Whoever needs one that is under way waits for its end, and reads in the
/// database what came of it.
#[derive(Debug, Default)]
pub(crate) struct Flights(Mutex<HashMap<ConnectionId, watch::Receiver<()>>>);

/// A place on a refresh.
pub(super) enum Boarded<'a> {
    /// It is this caller's: it ends when this is dropped.
    First(Flight<'a>),
    /// It is somebody else's.
    Under(Wait),
}

/// A refresh under way.
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    connection: ConnectionId,
    _end: watch::Sender<()>,
}

/// The end of somebody else's refresh.
pub(super) struct Wait(watch::Receiver<()>);

impl Flights {
    pub(super) fn board(&self, connection: ConnectionId) -> Boarded<'_> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(end) = under_way.get(&connection) {
            return Boarded::Under(Wait(end.clone()));
        }
        let (sender, end) = watch::channel(());
        under_way.insert(connection, end);
        Boarded::First(Flight {
            flights: self,
            connection,
            _end: sender,
        })
    }

    /// The end of the one under way here, if there is one.
    pub(super) fn of(&self, connection: ConnectionId) -> Option<Wait> {
        let under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.get(&connection).cloned().map(Wait)
    }

    /// Returns when nothing is under way.
    pub(crate) async fn landed(&self) {
        while let Some(end) = self.any() {
            Wait(end).ended().await;
        }
    }

    fn any(&self) -> Option<watch::Receiver<()>> {
        let under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.values().next().cloned()
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut under_way = self.flights.0.lock();
        let under_way = under_way
            .as_mut()
            .unwrap_or_else(|poisoned| poisoned.get_mut());
        under_way.remove(&self.connection);
    }
}

impl Wait {
    /// Returns when it has ended, however.
    pub(super) async fn ended(mut self) {
        // Nothing is ever sent: the sender's end is the end.
        let _ = self.0.changed().await;
    }
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;
    use time::OffsetDateTime;

    use super::*;

    fn connection() -> ConnectionId {
        ConnectionId::new(OffsetDateTime::UNIX_EPOCH, &SystemRng)
    }

    #[tokio::test]
    async fn one_flies_and_the_others_wait_until_it_lands_or_falls() {
        let flights = Flights::default();
        let (one, other) = (connection(), connection());
        let Boarded::First(flight) = flights.board(one) else {
            panic!("nobody is at it");
        };
        let Boarded::Under(wait) = flights.board(one) else {
            panic!("two are at it");
        };
        assert!(matches!(flights.board(other), Boarded::First(_)));
        let waiting = tokio::spawn(wait.ended());
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(flight);
        waiting.await.unwrap();
        flights.landed().await;
        assert!(matches!(flights.board(one), Boarded::First(_)));
    }
}
