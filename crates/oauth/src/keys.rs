use std::sync::{PoisonError, RwLock};

use crypto::access_token::{AccessTokenError, Claims, Expected, PublicKey, verify};
use db::{Db, Error};
use kernel::Scope;
use time::{Duration, OffsetDateTime};

use crate::store;

/// The published keys, as one front knows them. A token that they let pass is then looked up, so that
/// nothing that must be revoked rests on what is kept here.
#[derive(Debug, Default)]
pub struct TokenKeys(RwLock<Known>);

#[derive(Debug, Default, Clone)]
struct Known {
    keys: Vec<PublicKey>,
    read_at: Option<OffsetDateTime>,
}

/// Whoever sends tokens of made-up keys costs the database no more than one query in this time.
const READ_AGAIN_AFTER: Duration = Duration::seconds(2);

impl TokenKeys {
    /// Reads a token for one resource. A key that was made since is looked for.
    pub async fn verify(
        &self,
        db: &Db,
        token: &str,
        (issuer, audience): (&str, &str),
    ) -> Result<Result<Claims, AccessTokenError>, Error> {
        let now = db.clock().now();
        let expected = Expected {
            issuer,
            audience,
            now: now.unix_timestamp(),
        };
        let known = self.known();
        let read = verify(token, &known.keys, expected);
        let is_fresh = known
            .read_at
            .is_some_and(|read_at| now - read_at < READ_AGAIN_AFTER);
        if read != Err(AccessTokenError::UnknownKey) || is_fresh {
            return Ok(read);
        }
        let keys = published(db).await?;
        let read = verify(token, &keys, expected);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Known {
            keys,
            read_at: Some(now),
        };
        Ok(read)
    }

    fn known(&self) -> Known {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The published keys.
pub async fn jwks(db: &Db) -> Result<Vec<PublicKey>, Error> {
    published(db).await
}

async fn published(db: &Db) -> Result<Vec<PublicKey>, Error> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    let keys = store::published_keys(&mut tx).await?;
    Ok(keys
        .into_iter()
        .filter_map(|bytes| PublicKey::new(bytes.try_into().ok()?).ok())
        .collect())
}
