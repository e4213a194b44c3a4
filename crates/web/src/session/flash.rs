//! A message that the page after a redirect shows, once. It travels in a signed cookie, since the
//! server keeps nothing about browsers.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use ui::component::Tone;

/// Long enough for a redirect on a bad line, short enough not to come up next week.
pub(crate) const LIFETIME: time::Duration = time::Duration::minutes(2);

/// How it went, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flash {
    good: bool,
    text: String,
    until: i64,
}

impl Flash {
    pub(crate) fn good(text: impl Into<String>, now: OffsetDateTime) -> Self {
        Self {
            good: true,
            text: text.into(),
            until: (now + LIFETIME).unix_timestamp(),
        }
    }

    pub(crate) fn bad(text: impl Into<String>, now: OffsetDateTime) -> Self {
        Self {
            good: false,
            ..Self::good(text, now)
        }
    }

    /// The cookie's value, before it is signed.
    pub(crate) fn to_value(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads a value that we signed; nothing where it is too old.
    pub(crate) fn from_value(value: &str, now: OffsetDateTime) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(value).ok()?;
        let flash: Self = serde_json::from_slice(&bytes).ok()?;
        (flash.until >= now.unix_timestamp()).then_some(flash)
    }

    pub(crate) fn into_view(self) -> ui::Flash {
        ui::Flash {
            tone: if self.good { Tone::Ok } else { Tone::Bad },
            text: self.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shown_for_two_minutes_at_most() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let value = Flash::good("Connected.", now).to_value();
        assert!(Flash::from_value(&value, now + LIFETIME).is_some());
        assert!(Flash::from_value(&value, now + LIFETIME * 2).is_none());
        assert!(Flash::from_value("nonsense", now).is_none());
    }
}
