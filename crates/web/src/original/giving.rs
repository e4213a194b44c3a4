use std::io;
use std::time::Duration;

use broker::socket::Download;
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::pace::Pace;

/// A reader who takes less than this in that time, 17 KiB a second, is not waited for: places are few, and are for
/// everybody. It can ask for the rest.
const LEAST_BYTES: usize = 512 << 10;
const PATIENCE: Duration = Duration::from_secs(30);
/// And whoever takes just that much, for as long as this, asks for the rest as everybody else does: in turn.
const LONGEST: Duration = Duration::from_hours(1);

/// Bytes that come from somewhere.
pub(super) trait Source: Send + 'static {
    /// The next; nothing after the last.
    fn next(&mut self) -> impl Future<Output = io::Result<Option<Vec<u8>>>> + Send;
}

impl Source for Download {
    async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        Self::next(self).await
    }
}

/// Gives a file as fast as it is taken. On a task of its own: nobody asks for more while a reader takes nothing, and its
/// places are free once it is given up.
pub(super) fn give(source: impl Source) -> mpsc::Receiver<io::Result<Bytes>> {
    let (give, taken) = mpsc::channel(1);
    let end = Instant::now() + LONGEST;
    tokio::spawn(pump(source, give, (Pace::new(LEAST_BYTES, PATIENCE), end)));
    taken
}

async fn pump(
    mut source: impl Source,
    give: mpsc::Sender<io::Result<Bytes>>,
    (mut pace, end): (Pace, Instant),
) {
    while Instant::now() < end {
        let next = match source.next().await {
            Ok(Some(bytes)) => Ok(Bytes::from(bytes)),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let bytes = next.as_ref().map_or(0, Bytes::len);
        let is_last = next.is_err();
        // What is taken at once is taken in time, however slow the source was.
        match timeout_at(pace.until().min(end), give.send(next)).await {
            Ok(Ok(())) if !is_last => pace.take(bytes),
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    /// Pieces of 1000 bytes; tells when it is dropped, as a download frees its places then.
    struct Pieces {
        left: usize,
        _dropped: oneshot::Sender<()>,
    }

    impl Source for Pieces {
        async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
            self.left = match self.left.checked_sub(1) {
                Some(left) => left,
                None => return Ok(None),
            };
            Ok(Some(vec![7; 1000]))
        }
    }

    fn pieces(left: usize) -> (Pieces, oneshot::Receiver<()>) {
        let (dropped, is_dropped) = oneshot::channel();
        let pieces = Pieces {
            left,
            _dropped: dropped,
        };
        (pieces, is_dropped)
    }

    #[tokio::test]
    async fn a_reader_who_takes_nothing_holds_its_place_no_longer_than_the_pace_allows() {
        let (source, dropped) = pieces(1_000_000);
        let (give, taken) = mpsc::channel(1);
        let pace = Pace::new(10_000, Duration::from_millis(50));
        tokio::spawn(pump(source, give, (pace, later())));
        // The sender is dropped without a word.
        let gone = tokio::time::timeout(Duration::from_secs(20), dropped).await;
        assert!(gone.unwrap().is_err());
        drop(taken);
    }

    #[tokio::test]
    async fn a_reader_who_takes_too_little_is_given_up_as_well() {
        let (source, mut dropped) = pieces(1_000_000);
        let (give, mut taken) = mpsc::channel(1);
        let pace = Pace::new(1 << 30, Duration::from_millis(50));
        tokio::spawn(pump(source, give, (pace, later())));
        let taking = async {
            while let Some(piece) = taken.recv().await {
                piece.unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        // All of it would take more than an hour.
        let taken = tokio::time::timeout(Duration::from_secs(20), taking).await;
        assert!(taken.is_ok(), "it goes on");
        assert_eq!(
            dropped.try_recv(),
            Err(oneshot::error::TryRecvError::Closed)
        );
    }

    fn later() -> Instant {
        Instant::now() + LONGEST
    }

    #[tokio::test]
    async fn a_reader_who_keeps_the_least_pace_is_given_up_in_the_end() {
        let (source, dropped) = pieces(1_000_000);
        let (give, mut taken) = mpsc::channel(1);
        let pace = Pace::new(1, Duration::from_secs(20));
        let end = Instant::now() + Duration::from_millis(100);
        tokio::spawn(pump(source, give, (pace, end)));
        let taking = async {
            while let Some(piece) = taken.recv().await {
                piece.unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        // All of it would take more than an hour.
        let taken = tokio::time::timeout(Duration::from_secs(20), taking).await;
        assert!(taken.is_ok(), "it goes on");
        assert!(dropped.await.is_err());
    }

    #[tokio::test]
    async fn a_reader_who_keeps_up_gets_everything() {
        let (source, _) = pieces(100);
        let (give, mut taken) = mpsc::channel(1);
        let pace = Pace::new(1, Duration::from_secs(20));
        tokio::spawn(pump(source, give, (pace, later())));
        let mut bytes = 0;
        while let Some(piece) = taken.recv().await {
            bytes += piece.unwrap().len();
        }
        assert_eq!(bytes, 100_000);
    }
}
