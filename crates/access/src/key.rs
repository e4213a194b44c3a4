use std::time::Duration;

use kernel::{OrganisationId, Secret, UserId};
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::{NewApiKeyError, Permission, catalogue, store};

/// A key as it may be shown after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow<I> {
    /// Its identifier.
    pub id: I,
    /// What its maker called it.
    pub name: String,
    /// Its first characters, to tell it from others.
    pub face: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Who made it: of a service key they may have left since.
    pub made_by: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<OffsetDateTime>,
}

/// A key to make, of those that do something: its name, what it may do, and for how long.
#[derive(Debug)]
pub(crate) struct NewKey {
    name: String,
    scopes: Vec<&'static Permission>,
    lifetime: Duration,
}

const MAX_NAME_CHARACTERS: usize = 100;
const DAY: Duration = Duration::from_hours(24);

impl NewKey {
    /// Checks the form; `may` says which permissions a key of this kind can hold.
    pub(crate) fn parse(
        text: &str,
        scopes: &[String],
        days: u32,
        may: impl Fn(&'static Permission) -> Result<(), NewApiKeyError>,
    ) -> Result<Self, NewApiKeyError> {
        let (name, lifetime) = (name(text)?, lifetime(days)?);
        if scopes.is_empty() {
            return Err(NewApiKeyError::NoScopes);
        }
        let scopes = scopes.iter().map(|scope| {
            let unknown = || NewApiKeyError::UnknownScope(scope.clone());
            let permission = catalogue::find(scope).ok_or_else(unknown)?;
            may(permission).map(|()| permission)
        });
        Ok(Self {
            name,
            scopes: scopes.collect::<Result<_, _>>()?,
            lifetime,
        })
    }

    /// What is stored of it: not the token, but its hash.
    pub(crate) fn row(
        &self,
        id: Uuid,
        (organisation, maker): (OrganisationId, UserId),
        token: &Secret<String>,
    ) -> store::NewRow<'_> {
        let scopes = self.scopes.iter().map(|permission| permission.name);
        store::NewRow {
            id,
            organisation,
            maker,
            name: &self.name,
            face: crypto::token::face(token.expose()),
            hash: crypto::digest::sha256(token.expose().as_bytes()),
            scopes: scopes.map(str::to_owned).collect(),
            lifetime: self.lifetime,
        }
    }
}

/// What a key is called.
pub(crate) fn name(text: &str) -> Result<String, NewApiKeyError> {
    let name = text.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME_CHARACTERS || name.chars().any(char::is_control) {
        return Err(NewApiKeyError::Name);
    }
    Ok(name.to_owned())
}

/// How long a key lives.
pub(crate) fn lifetime(days: u32) -> Result<Duration, NewApiKeyError> {
    if (1..=365).contains(&days) {
        Ok(DAY * days)
    } else {
        Err(NewApiKeyError::Lifetime)
    }
}
