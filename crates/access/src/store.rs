//! The statements of this crate, one function each.

pub(crate) mod asset_grants;
pub(crate) mod operator;
pub(crate) mod provisioned_teams;
pub(crate) mod roles;
pub(crate) mod teams;

use std::time::Duration;

use db::{Error, ReadTx, WriteTx};
use kernel::{AnonymousKeyId, ApiKeyId, OrganisationId, ServiceKeyId, UserId};
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::{AnonymousAccess, AnonymousKeyRow, ApiKeyRow, KeyRow, LintVerdict, ServiceKeyRow};

pub(crate) struct NewRow<'a> {
    pub(crate) id: Uuid,
    pub(crate) organisation: OrganisationId,
    pub(crate) maker: UserId,
    pub(crate) name: &'a str,
    pub(crate) face: String,
    pub(crate) hash: [u8; 32],
    /// What it may do; of an anonymous key where.
    pub(crate) scopes: Vec<String>,
    pub(crate) lifetime: Duration,
}

/// A key's row, whichever kind's.
struct Stored {
    id: Uuid,
    name: String,
    face: String,
    scopes: Vec<String>,
    made_by: String,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    revoked_at: Option<OffsetDateTime>,
    last_used_at: Option<OffsetDateTime>,
}

impl<I: From<Uuid>> From<Stored> for KeyRow<I> {
    fn from(row: Stored) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            face: row.face,
            scopes: row.scopes,
            made_by: row.made_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        }
    }
}

pub(crate) async fn insert_api_key(tx: &mut WriteTx, row: NewRow<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into access.api_keys (id, org_id, user_id, name, face, token_hash, scopes, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))",
        row.id,
        row.organisation.uuid(),
        row.maker.uuid(),
        row.name,
        row.face,
        &row.hash,
        &row.scopes,
        row.lifetime.as_secs_f64(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn api_keys(tx: &mut ReadTx) -> Result<Vec<ApiKeyRow>, Error> {
    let rows = sqlx::query_as!(
        Stored,
        r#"select k.id, k.name, k.face, k.scopes, coalesce(u.name, '') as "made_by!", k.created_at, k.expires_at,
                k.revoked_at, k.last_used_at
           from access.api_keys k left join identity.users u on u.id = k.user_id
          order by k.created_at desc, k.id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(KeyRow::from).collect())
}

pub(crate) async fn revoke_api_key(tx: &mut WriteTx, key: ApiKeyId) -> Result<bool, Error> {
    let revoked = sqlx::query!(
        "update access.api_keys set revoked_at = now() where id = $1 and revoked_at is null",
        key.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

pub(crate) async fn insert_service_key(tx: &mut WriteTx, row: NewRow<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into access.service_keys (id, org_id, made_by, name, face, token_hash, scopes, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))",
        row.id,
        row.organisation.uuid(),
        row.maker.uuid(),
        row.name,
        row.face,
        &row.hash,
        &row.scopes,
        row.lifetime.as_secs_f64(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn service_keys(tx: &mut ReadTx) -> Result<Vec<ServiceKeyRow>, Error> {
    let rows = sqlx::query_as!(
        Stored,
        r#"select k.id, k.name, k.face, k.scopes, coalesce(u.name, '') as "made_by!", k.created_at, k.expires_at,
                k.revoked_at, k.last_used_at
           from access.service_keys k left join identity.users u on u.id = k.made_by
          order by k.created_at desc, k.id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(KeyRow::from).collect())
}

pub(crate) async fn revoke_service_key(tx: &mut WriteTx, key: ServiceKeyId) -> Result<bool, Error> {
    let revoked = sqlx::query!(
        "update access.service_keys set revoked_at = now() where id = $1 and revoked_at is null",
        key.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

pub(crate) async fn insert_anonymous_key(tx: &mut WriteTx, row: NewRow<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into access.anonymous_keys (id, org_id, made_by, name, face, token_hash, origins, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))",
        row.id,
        row.organisation.uuid(),
        row.maker.uuid(),
        row.name,
        row.face,
        &row.hash,
        &row.scopes,
        row.lifetime.as_secs_f64(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn anonymous_keys(tx: &mut ReadTx) -> Result<Vec<AnonymousKeyRow>, Error> {
    let rows = sqlx::query!(
        r#"select k.id, k.name, k.face, k.origins, coalesce(u.name, '') as "made_by!", k.created_at, k.expires_at,
                k.revoked_at, k.last_used_at
           from access.anonymous_keys k left join identity.users u on u.id = k.made_by
          order by k.created_at desc, k.id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AnonymousKeyRow {
            id: row.id.into(),
            name: row.name,
            face: row.face,
            origins: row.origins,
            made_by: row.made_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        })
        .collect())
}

pub(crate) async fn anonymous_access(tx: &mut ReadTx) -> Result<AnonymousAccess, Error> {
    let row = sqlx::query!(
        r#"select (select turned_on_at from access.anonymous_access) as turned_on_at,
                  access.lint_verdict() as "verdict!""#
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(AnonymousAccess {
        turned_on_at: row.turned_on_at,
        lint: LintVerdict::parse(&row.verdict),
    })
}

pub(crate) async fn revoke_anonymous_key(
    tx: &mut WriteTx,
    key: AnonymousKeyId,
) -> Result<bool, Error> {
    let revoked = sqlx::query!(
        "update access.anonymous_keys set revoked_at = now() where id = $1 and revoked_at is null",
        key.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

pub(crate) async fn turn_on_anonymous(tx: &mut WriteTx) -> Result<String, Error> {
    Ok(
        sqlx::query_scalar!(r#"select access.turn_on_anonymous() as "outcome!""#)
            .fetch_one(&mut **tx)
            .await?,
    )
}

pub(crate) async fn turn_off_anonymous(tx: &mut WriteTx) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar!(r#"select access.turn_off_anonymous() as "was_on!""#)
            .fetch_one(&mut **tx)
            .await?,
    )
}

pub(crate) async fn public_name(tx: &mut ReadTx) -> Result<Option<String>, Error> {
    Ok(
        sqlx::query_scalar!("select name from identity.organisations")
            .fetch_optional(&mut **tx)
            .await?,
    )
}

pub(crate) async fn holds(tx: &mut ReadTx, permission: &str) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar!(r#"select ctx.can($1) as "can!""#, permission)
            .fetch_one(&mut **tx)
            .await?,
    )
}

pub(crate) async fn note_use(tx: &mut WriteTx, keys: Vec<Vec<u8>>) -> Result<(), Error> {
    sqlx::query!("select access.note_use($1)", &keys)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
