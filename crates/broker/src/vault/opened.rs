use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crypto::digest::{Digest, sha256};
use crypto::{Context, KeyId};
use kernel::Secret;

use super::kek::Wrapped;

/// How long a data key that a key management service unwrapped stays open: so long it goes on opening when the service
/// cannot be reached, or has taken the key away.
const KEPT: Duration = Duration::from_mins(10);
/// Open data keys at once: two organisations' for each of five thousand.
const MOST: usize = 10_000;

type Bytes = Arc<Secret<[u8; 32]>>;

/// Data keys that are open, each by its wrapped form and its place. Whoever asks has just read the row: of a data key
/// whose row is gone nobody can ask.
#[derive(Debug, Default)]
pub(super) struct Opened(Mutex<HashMap<Digest, (Bytes, Instant)>>);

impl Opened {
    pub(super) fn get(
        &self,
        wrapped: &Wrapped,
        place: &Context<'_>,
        now: Instant,
    ) -> Option<Bytes> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (bytes, until) = open.get(&name(wrapped, place))?;
        (now < *until).then(|| Arc::clone(bytes))
    }

    pub(super) fn put(
        &self,
        wrapped: &Wrapped,
        place: &Context<'_>,
        (bytes, now): (&Bytes, Instant),
    ) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST {
            open.clear();
        }
        open.insert(name(wrapped, place), (Arc::clone(bytes), now + KEPT));
    }

    /// Wipes those whose time is over.
    pub(super) fn wipe(&self, now: Instant) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (_, until)| now < *until);
    }
}

/// Of all that an unwrapping depends on.
fn name(wrapped: &Wrapped, place: &Context<'_>) -> Digest {
    let mut parts = place.associated_data(&KeyId::new(wrapped.by.as_str()));
    parts.extend_from_slice(wrapped.bytes.as_bytes());
    sha256(&parts)
}

#[cfg(test)]
mod tests {
    use crypto::Sealed;

    use super::*;

    const PLACE: Context<'static> = Context {
        tenant: "org_a",
        table: "broker.data_keys",
        field: "wrapped",
        row: "dek_1",
        version: 1,
    };

    fn wrapped(by: &str, bytes: &[u8]) -> Wrapped {
        Wrapped {
            by: KeyId::new(by),
            bytes: Sealed::from_bytes(bytes.to_vec()),
        }
    }

    #[test]
    fn a_key_stays_open_for_its_form_and_place_alone_and_for_its_time() {
        let (opened, form, now) = (Opened::default(), wrapped("aws:k", b"form"), Instant::now());
        let bytes = Arc::new(Secret::new([7; 32]));
        opened.put(&form, &PLACE, (&bytes, now));
        let found = opened.get(&form, &PLACE, now).unwrap();
        assert_eq!(found.expose(), &[7; 32]);
        for other in [wrapped("aws:l", b"form"), wrapped("aws:k", b"other")] {
            assert!(opened.get(&other, &PLACE, now).is_none());
        }
        let elsewhere = Context {
            tenant: "org_b",
            ..PLACE
        };
        assert!(opened.get(&form, &elsewhere, now).is_none());
        let last = now + KEPT.saturating_sub(Duration::from_secs(1));
        opened.wipe(last);
        assert!(opened.get(&form, &PLACE, last).is_some());
        assert!(opened.get(&form, &PLACE, now + KEPT).is_none());
        opened.wipe(now + KEPT);
        assert!(opened.0.lock().unwrap().is_empty());
    }
}
