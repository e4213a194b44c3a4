use std::time::Duration;

use crypto::token::{self, TokenKind};
use db::Db;
use kernel::{AnonymousKeyId, AuditEntry, OrganisationId, Scope, Secret, UserId};
use url::Url;

use crate::key::{lifetime, name};
use crate::{CreateApiKeyError, NewApiKeyError, store};

/// An anonymous key to make.
#[derive(Debug)]
pub struct NewAnonymousKey {
    name: String,
    origins: Vec<String>,
    lifetime: Duration,
}

/// What is wrong with the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NewAnonymousKeyError {
    /// As for every key: the name, or how long it lives.
    #[error(transparent)]
    Key(#[from] NewApiKeyError),
    /// None, or over 20.
    #[error("name 1 to 20 origins, such as https://www.example.com")]
    Origins,
    /// Not scheme, host and port alone.
    #[error("{0} is no origin: write scheme, host and port, such as https://www.example.com")]
    Origin(String),
}

const MAX_ORIGINS: usize = 20;

impl NewAnonymousKey {
    /// Checks the form; `origins` are the pages that may use the key, one for each.
    pub fn parse<'a>(
        text: &str,
        origins: impl IntoIterator<Item = &'a str>,
        days: u32,
    ) -> Result<Self, NewAnonymousKeyError> {
        let (name, lifetime) = (name(text)?, lifetime(days)?);
        let origins = origins.into_iter().map(origin);
        let mut origins = origins.collect::<Result<Vec<String>, _>>()?;
        origins.sort_unstable();
        origins.dedup();
        if origins.is_empty() || origins.len() > MAX_ORIGINS {
            return Err(NewAnonymousKeyError::Origins);
        }
        Ok(Self {
            name,
            origins,
            lifetime,
        })
    }
}

/// An origin in the form that browsers send (RFC 6454 6.2).
fn origin(text: &str) -> Result<String, NewAnonymousKeyError> {
    let wrong = || NewAnonymousKeyError::Origin(text.chars().take(80).collect());
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_bare = matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_bare {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(wrong())
    }
}

/// Makes an anonymous key and returns it. It opens nothing until the organisation is opened
/// ([`crate::turn_on_anonymous`]).
pub async fn create_anonymous_key(
    db: &Db,
    scope: &Scope,
    (organisation, maker): (OrganisationId, UserId),
    key: NewAnonymousKey,
) -> Result<(AnonymousKeyId, Secret<String>), CreateApiKeyError> {
    let token = token::generate(TokenKind::AnonymousKey, db.chance());
    let id = AnonymousKeyId::new(db.clock().now(), db.chance());
    let row = store::NewRow {
        id: id.uuid(),
        organisation,
        maker,
        name: &key.name,
        face: token::face(token.expose()),
        hash: crypto::digest::sha256(token.expose().as_bytes()),
        scopes: key.origins,
        lifetime: key.lifetime,
    };
    let mut tx = db.write(scope).await?;
    store::insert_anonymous_key(&mut tx, row).await?;
    tx.commit(AuditEntry::about("access.anonymous_key_created", id))
        .await?;
    Ok((id, token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(texts: &[&str]) -> Result<Vec<String>, NewAnonymousKeyError> {
        NewAnonymousKey::parse("Status page", texts.iter().copied(), 30).map(|key| key.origins)
    }

    #[test]
    fn origins_are_kept_as_browsers_send_them() {
        let kept = origins(&[
            "https://WWW.Example.com/",
            "https://www.example.com:443",
            "http://127.0.0.1:8080",
        ]);
        assert_eq!(
            kept.unwrap(),
            ["http://127.0.0.1:8080", "https://www.example.com"]
        );
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "*",
            "null",
            "www.example.com",
            "https://*.example.com/x",
            "https://example.com/page",
            "https://example.com/?q",
            "https://ada@example.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
        ] {
            assert!(
                matches!(origins(&[text]), Err(NewAnonymousKeyError::Origin(_))),
                "{text}"
            );
        }
        assert_eq!(origins(&[]), Err(NewAnonymousKeyError::Origins));
    }
}
