use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::{Duration, Instant};

use insight::Progress;

/// Shows on a terminal how far a long import is.
#[derive(Debug)]
pub(super) struct ProgressLine {
    size_bytes: u64,
    next: Option<Instant>,
    shown: bool,
}

/// What is read sooner needs no line.
const FIRST_AFTER: Duration = Duration::from_millis(300);
const EVERY: Duration = Duration::from_millis(100);

impl ProgressLine {
    /// For a file of that size. Silent where stderr is no terminal.
    pub(super) fn new(size_bytes: u64) -> Self {
        let next = stderr().is_terminal().then(|| Instant::now() + FIRST_AFTER);
        Self {
            size_bytes,
            next,
            shown: false,
        }
    }

    /// Shows how far it is, not too often.
    pub(super) fn tell(&mut self, progress: Progress) {
        if self.next.is_none_or(|next| Instant::now() < next) {
            return;
        }
        self.next = Some(Instant::now() + EVERY);
        self.shown = true;
        let percent = (progress.bytes_read * 100)
            .checked_div(self.size_bytes)
            .unwrap_or(0)
            .min(100);
        // A terminal that is gone is told nothing more.
        let _ = write!(
            stderr(),
            "\rreading: {percent:3} %, {} events",
            progress.events
        );
    }

    /// Takes the line away.
    pub(super) fn end(self) {
        if self.shown {
            let _ = write!(stderr(), "\r{:60}\r", "");
        }
    }
}
