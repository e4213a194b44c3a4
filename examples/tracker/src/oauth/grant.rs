use serde::{Deserialize, Serialize};
use time::serde::rfc3339;
use time::{Duration, OffsetDateTime};

use super::Scopes;
use crate::digest::Digest;

/// How long a refresh token that nobody uses keeps working.
pub(super) const REFRESH_LIFETIME: Duration = Duration::days(30);

/// What a person gave to a client, and every token that came from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// The code that it was made from; names the grant.
    pub(crate) code: Digest,
    pub(crate) client_id: String,
    pub(crate) scopes: Scopes,
    pub(super) access: Vec<AccessToken>,
    pub(super) refresh: Digest,
    #[serde(with = "rfc3339")]
    pub(super) refresh_expires_at: OffsetDateTime,
    /// Refresh tokens that were exchanged: to see one again means that somebody else has it.
    pub(super) spent: Vec<SpentToken>,
}

/// An access token that works until it expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessToken {
    pub(super) token: Digest,
    /// At most those of the grant: a refresh may ask for less.
    pub(crate) scopes: Scopes,
    #[serde(with = "rfc3339")]
    pub(super) expires_at: OffsetDateTime,
}

/// A refresh token that was exchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SpentToken {
    pub(super) token: Digest,
    #[serde(with = "rfc3339")]
    pub(super) forget_at: OffsetDateTime,
}

/// All grants that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Grants(Vec<Grant>);

impl Grants {
    /// Keeps a new grant, and forgets those that nothing can use any more.
    pub(super) fn keep(&mut self, grant: Grant, now: OffsetDateTime) {
        self.0.retain(|grant| grant.refresh_expires_at > now);
        self.0.push(grant);
    }

    /// The first grant for which `is_it` holds.
    pub(super) fn find_mut(&mut self, is_it: impl Fn(&Grant) -> bool) -> Option<&mut Grant> {
        self.0.iter_mut().find(|grant| is_it(grant))
    }

    /// Ends every grant for which `is_it` holds, with all its tokens.
    pub(super) fn end(&mut self, is_it: impl Fn(&Grant) -> bool) {
        self.0.retain(|grant| !is_it(grant));
    }

    /// Ends one access token and nothing else.
    pub(super) fn end_access(&mut self, token: Digest) {
        for grant in &mut self.0 {
            grant.access.retain(|access| access.token != token);
        }
    }

    /// The grant and the token behind a bearer token that is in force.
    pub(crate) fn bearer(
        &self,
        token: Digest,
        now: OffsetDateTime,
    ) -> Option<(&Grant, &AccessToken)> {
        self.0.iter().find_map(|grant| {
            let access = grant.access.iter().find(|access| access.token == token)?;
            (access.expires_at > now).then_some((grant, access))
        })
    }
}
