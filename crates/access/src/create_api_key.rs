use std::time::Duration;

use crypto::token::{self, TokenKind};
use db::Db;
use kernel::{ApiKeyId, AuditEntry, OrganisationId, Scope, Secret, UserId};

use crate::{Permission, catalogue, store};

/// An API key to make.
#[derive(Debug)]
pub struct NewApiKey {
    name: String,
    scopes: Vec<&'static Permission>,
    lifetime: Duration,
}

/// What is wrong with the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NewApiKeyError {
    /// No name, or over 100 characters.
    #[error("give the key a name of 1 to 100 characters, such as the client that will use it")]
    Name,
    /// Nothing chosen.
    #[error("choose at least one permission")]
    NoScopes,
    /// Not in the catalogue.
    #[error("there is no permission {0}")]
    UnknownScope(String),
    /// A key is a program's: it neither decides about writes nor makes further keys (AG-01).
    #[error("{0} is for people only: a key cannot hold it")]
    PeopleOnly(&'static str),
    /// A service key is nobody's: it does nothing that a person answers for.
    #[error("{0} needs a person behind it: a service key cannot hold it")]
    NeedsPerson(&'static str),
    /// Under a day or over a year.
    #[error("a key lives 1 to 365 days")]
    Lifetime,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateApiKeyError {
    /// The maker does not hold one of the permissions, or may not make keys.
    #[error("a key cannot hold more than you do")]
    Forbidden,
    /// The database failed.
    #[error("the key could not be stored")]
    Database(#[source] db::Error),
}

const MAX_NAME_CHARACTERS: usize = 100;
const DAY: Duration = Duration::from_hours(24);

impl NewApiKey {
    /// Checks the form.
    pub fn parse(name: &str, scopes: &[String], days: u32) -> Result<Self, NewApiKeyError> {
        let (name, lifetime) = (self::name(name)?, self::lifetime(days)?);
        if scopes.is_empty() {
            return Err(NewApiKeyError::NoScopes);
        }
        let scopes = scopes
            .iter()
            .map(|scope| parse_scope(scope))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            name,
            scopes,
            lifetime,
        })
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

fn parse_scope(name: &str) -> Result<&'static Permission, NewApiKeyError> {
    let permission =
        catalogue::find(name).ok_or_else(|| NewApiKeyError::UnknownScope(name.to_owned()))?;
    if !permission.for_programs {
        return Err(NewApiKeyError::PeopleOnly(permission.name));
    }
    Ok(permission)
}

/// Makes a key and returns it, for the one time that it is shown.
pub async fn create_api_key(
    db: &Db,
    scope: &Scope,
    (organisation, maker): (OrganisationId, UserId),
    key: NewApiKey,
) -> Result<(ApiKeyId, Secret<String>), CreateApiKeyError> {
    let token = token::generate(TokenKind::ApiKey, db.chance());
    let id = ApiKeyId::new(db.clock().now(), db.chance());
    let row = store::NewRow {
        id: id.uuid(),
        organisation,
        maker,
        name: &key.name,
        face: token::face(token.expose()),
        hash: crypto::digest::sha256(token.expose().as_bytes()),
        scopes: key
            .scopes
            .iter()
            .map(|permission| permission.name.to_owned())
            .collect(),
        lifetime: key.lifetime,
    };
    let mut tx = db.write(scope).await?;
    store::insert_api_key(&mut tx, row).await?;
    tx.commit(AuditEntry::about("access.api_key_created", id))
        .await?;
    Ok((id, token))
}

impl From<db::Error> for CreateApiKeyError {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Forbidden => Self::Forbidden,
            other => Self::Database(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(scopes: &[&str]) -> Result<NewApiKey, NewApiKeyError> {
        let scopes: Vec<String> = scopes.iter().map(|s| (*s).to_owned()).collect();
        NewApiKey::parse("Desk assistant", &scopes, 30)
    }

    #[test]
    fn a_key_cannot_approve_nor_make_keys() {
        assert_eq!(
            parse(&["insight.read", "approvals.decide"]).unwrap_err(),
            NewApiKeyError::PeopleOnly("approvals.decide")
        );
        assert_eq!(
            parse(&["api_keys.manage"]).unwrap_err(),
            NewApiKeyError::PeopleOnly("api_keys.manage")
        );
    }

    #[test]
    fn only_permissions_of_the_catalogue_are_taken() {
        assert!(parse(&["insight.read"]).is_ok());
        assert_eq!(parse(&[]).unwrap_err(), NewApiKeyError::NoScopes);
        assert!(matches!(
            parse(&["insight.*"]).unwrap_err(),
            NewApiKeyError::UnknownScope(_)
        ));
    }
}
