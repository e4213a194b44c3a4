//! Access tokens to be signed, and the keys that sign them.

use db::{Error, WriteTx};
use kernel::TokenHash;
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Debug)]
pub(crate) struct TokenKeyRow {
    pub(crate) kid: String,
    pub(crate) key_id: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) ends_soon: bool,
}

#[derive(Debug)]
pub(crate) struct NewTokenKey<'a> {
    pub(crate) kid: &'a str,
    pub(crate) public: &'a [u8; 32],
    pub(crate) key_id: &'a str,
    pub(crate) sealed: &'a [u8],
}

/// An access token as the database has granted it.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) id: Uuid,
    pub(crate) person: Uuid,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) resource: String,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
}

/// The keys that sign, the oldest first.
pub(crate) async fn token_keys(tx: &mut WriteTx) -> Result<Vec<TokenKeyRow>, Error> {
    Ok(sqlx::query_as!(
        TokenKeyRow,
        r#"select kid, key_id, sealed, signs_until < now() + interval '7 days' as "ends_soon!"
             from broker.token_keys where signs_until > now() order by created_at, kid"#
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Until the transaction ends, nobody else makes a key. Those that sign need no lock.
pub(crate) async fn lock_token_keys(tx: &mut WriteTx) -> Result<(), Error> {
    sqlx::query!("lock table broker.token_keys in share row exclusive mode")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Adds a key, and takes away those whose last token is long over.
pub(crate) async fn insert_token_key(tx: &mut WriteTx, key: NewTokenKey<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into broker.token_keys (kid, public, key_id, sealed, signs_until, published_until)
         values ($1, $2, $3, $4, now() + interval '90 days', now() + interval '91 days')",
        key.kid,
        key.public.as_slice(),
        key.key_id,
        key.sealed,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from broker.token_keys where published_until < now()")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn to_issue(
    tx: &mut WriteTx,
    ticket: TokenHash,
) -> Result<Option<Granted>, Error> {
    Ok(sqlx::query_as!(
        Granted,
        r#"select id as "id!", person as "person!", client_id as "client_id!", scopes as "scopes!",
                  resource as "resource!", created_at as "created_at!", expires_at as "expires_at!"
             from oauth.to_issue($1)"#,
        ticket.as_bytes().as_slice(),
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn issued(
    tx: &mut WriteTx,
    ticket: TokenHash,
    signed: [u8; 32],
) -> Result<(), Error> {
    sqlx::query!(
        "select oauth.issued($1, $2)",
        ticket.as_bytes().as_slice(),
        signed.as_slice(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
