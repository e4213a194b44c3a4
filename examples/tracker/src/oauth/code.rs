use serde::{Deserialize, Serialize};
use time::serde::rfc3339;
use time::{Duration, OffsetDateTime};

use super::Scopes;
use super::pkce::Challenge;
use crate::digest::Digest;

/// How long a code waits for its exchange.
pub(super) const CODE_LIFETIME: Duration = Duration::seconds(60);

/// What a person has allowed and the client has not fetched yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PendingCode {
    pub(super) code: Digest,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: Challenge,
    pub(super) scopes: Scopes,
    #[serde(with = "rfc3339")]
    pub(super) expires_at: OffsetDateTime,
}

/// All codes that were given out and not used yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PendingCodes(Vec<PendingCode>);

impl PendingCodes {
    /// Keeps a new code, and forgets those whose time is over.
    pub(super) fn keep(&mut self, code: PendingCode, now: OffsetDateTime) {
        self.0.retain(|pending| pending.expires_at > now);
        self.0.push(code);
    }

    /// Takes a code out, whatever its fate will be: one attempt is all that a code gives.
    pub(super) fn take(&mut self, code: Digest) -> Option<PendingCode> {
        let place = self.0.iter().position(|pending| pending.code == code)?;
        Some(self.0.swap_remove(place))
    }
}
