use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName};
use time::{Duration, OffsetDateTime};

use crate::digest::Digest;

const WINDOW: Duration = Duration::MINUTE;

/// Counts the requests of each grant in windows of a minute.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: u32,
    windows: Mutex<HashMap<Digest, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    opened_at: OffsetDateTime,
    used: u32,
}

/// What is left of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quota {
    limit: u32,
    /// None when this request is one too many.
    remaining: Option<u32>,
    reset_seconds: u64,
}

impl Limiter {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            limit,
            windows: Mutex::default(),
        }
    }

    /// Counts one request.
    pub(super) fn count(&self, grant: Digest, now: OffsetDateTime) -> Quota {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, window| now - window.opened_at < WINDOW);
        let window = windows.entry(grant).or_insert(Window {
            opened_at: now,
            used: 0,
        });
        let remaining = self.limit.checked_sub(window.used + 1);
        if remaining.is_some() {
            window.used += 1;
        }
        let left = window.opened_at + WINDOW - now;
        // Rounded up: a client that waits this long must not come a moment too soon.
        let reset_seconds = u64::try_from(left.whole_seconds()).unwrap_or(0)
            + u64::from(left.subsec_nanoseconds() > 0);
        Quota {
            limit: self.limit,
            remaining,
            reset_seconds,
        }
    }
}

impl Quota {
    /// How long to wait, where the request is one too many.
    pub(super) fn exceeded(self) -> Option<u64> {
        self.remaining.is_none().then_some(self.reset_seconds)
    }

    /// Tells the client where it stands.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        let figures = [
            ("ratelimit-limit", u64::from(self.limit)),
            (
                "ratelimit-remaining",
                u64::from(self.remaining.unwrap_or(0)),
            ),
            ("ratelimit-reset", self.reset_seconds),
        ];
        for (name, figure) in figures {
            headers.insert(HeaderName::from_static(name), figure.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_gives_its_limit_and_opens_anew_after_a_minute() {
        let (limiter, now) = (Limiter::new(2), OffsetDateTime::UNIX_EPOCH);
        let (one, other) = (Digest::of("one"), Digest::of("other"));
        assert_eq!(limiter.count(one, now).remaining, Some(1));
        assert_eq!(limiter.count(one, now).remaining, Some(0));
        let later = now + Duration::milliseconds(20_500);
        assert_eq!(limiter.count(one, later).exceeded(), Some(40));
        assert_eq!(limiter.count(other, later).remaining, Some(1));
        assert_eq!(limiter.count(one, now + WINDOW).remaining, Some(1));
    }
}
