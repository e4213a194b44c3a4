use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what left this process, to show that a refused call is refused before a socket opens.
#[derive(Debug, Default)]
pub struct SocketCount {
    lookups: AtomicU64,
    opened: AtomicU64,
}

impl SocketCount {
    /// Names that were asked for.
    pub fn lookups(&self) -> u64 {
        self.lookups.load(Ordering::Relaxed)
    }

    /// Connections that were begun, after their addresses were checked.
    pub fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    pub(crate) fn count_lookup(&self) {
        self.lookups.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_opened(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
    }
}
