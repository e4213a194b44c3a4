use crypto::token::{self, TokenKind};
use db::Db;
use kernel::{ApiKeyId, AuditEntry, OrganisationId, Scope, Secret, UserId};

use crate::key::NewKey;
use crate::{Permission, store};

/// An API key to make.
#[derive(Debug)]
pub struct NewApiKey(NewKey);

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

impl NewApiKey {
    /// Checks the form.
    pub fn parse(name: &str, scopes: &[String], days: u32) -> Result<Self, NewApiKeyError> {
        let may = |permission: &'static Permission| {
            if permission.for_programs {
                Ok(())
            } else {
                Err(NewApiKeyError::PeopleOnly(permission.name))
            }
        };
        NewKey::parse(name, scopes, days, may).map(Self)
    }
}

/// Makes a key and returns it, for the one time that it is shown.
pub async fn create_api_key(
    db: &Db,
    scope: &Scope,
    maker: (OrganisationId, UserId),
    key: NewApiKey,
) -> Result<(ApiKeyId, Secret<String>), CreateApiKeyError> {
    let token = token::generate(TokenKind::ApiKey, db.chance());
    let id = ApiKeyId::new(db.clock().now(), db.chance());
    let row = key.0.row(id.uuid(), maker, &token);
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
