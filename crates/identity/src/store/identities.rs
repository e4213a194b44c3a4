//! What other issuers know people as. What talks to them is the broker's.

use db::{Error, ReadTx, WriteTx};
use kernel::{IdentityId, OrganisationId, TokenHash, UserId};

use super::seconds;
use crate::{IdentityRow, NewSession, Newcomer, SESSION_LIFETIME};

pub(crate) struct NewAccount<'a> {
    pub(crate) user: UserId,
    pub(crate) name: &'a str,
    pub(crate) organisation: OrganisationId,
    pub(crate) organisation_name: &'a str,
    pub(crate) identity: IdentityId,
}

pub(crate) async fn list(tx: &mut ReadTx) -> Result<Vec<IdentityRow>, Error> {
    let rows = sqlx::query!(
        "select id, issuer, label, created_at, last_used_at from identity.identities
          order by created_at, id"
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| IdentityRow {
            id: row.id.into(),
            issuer: row.issuer,
            label: row.label,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        })
        .collect())
}

pub(crate) async fn has_password(tx: &mut ReadTx) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar!(r#"select coalesce(identity.has_password(), false) as "has!""#)
            .fetch_one(&mut **tx)
            .await?,
    )
}

/// 'removed', 'gone' or 'last'.
pub(crate) async fn unlink(tx: &mut WriteTx, identity: IdentityId) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.unlink_identity($1) as "removed!""#,
        identity.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn newcomer(
    tx: &mut ReadTx,
    state: &TokenHash,
    browser: &[u8; 32],
) -> Result<Option<Newcomer>, Error> {
    let row = sqlx::query!(
        r#"select issuer as "issuer!", email as "email!", is_authoritative as "is_authoritative!", next as "next!"
             from identity.issuer_newcomer($1, $2)"#,
        state.as_bytes().as_slice(),
        browser.as_slice(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Newcomer {
        issuer: row.issuer,
        email: row.email,
        is_authoritative: row.is_authoritative,
        next: row.next,
    }))
}

/// 'signed_up', 'exists' or 'gone'.
pub(crate) async fn sign_up(
    tx: &mut WriteTx,
    (state, browser): (&TokenHash, &[u8; 32]),
    new: NewAccount<'_>,
    session: &NewSession,
) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.sign_up_by_issuer($1, $2, $3, $4, $5, $6, $7,
                  row($8, $9, $10, $11, $12, $13)::identity.new_session) as "signed_up!""#,
        state.as_bytes().as_slice(),
        browser.as_slice(),
        new.user.uuid(),
        new.name,
        new.organisation.uuid(),
        new.organisation_name,
        new.identity.uuid(),
        session.id.uuid(),
        session.hash.as_bytes(),
        session.client,
        session.address,
        session.device_hash.as_slice(),
        seconds(SESSION_LIFETIME),
    )
    .fetch_one(&mut **tx)
    .await?)
}
