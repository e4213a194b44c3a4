//! Who is bound, and what they may do.

use db::{Error, ReadTx};
use kernel::{AssetAccess, ConnectionId, OrganisationId};
use uuid::Uuid;

/// Who the transaction is bound to: organisation, kind of credential, credential, person.
pub(crate) async fn bound(
    tx: &mut ReadTx,
) -> Result<Option<(OrganisationId, String, Uuid, Uuid)>, Error> {
    let row = sqlx::query!(
        "select ctx.org() as org, ctx.kind() as kind, ctx.principal() as principal, ctx.person() as person"
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((|| {
        Some((row.org?.into(), row.kind?, row.principal?, row.person?))
    })())
}

/// Whether the bound credential may do `permission`.
pub(crate) async fn may(tx: &mut ReadTx, permission: &str) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar!(r#"select ctx.can($1) as "allowed!""#, permission)
            .fetch_one(&mut **tx)
            .await?,
    )
}

/// Refuses where the bound credential may not do `permission`.
pub(crate) async fn require(tx: &mut ReadTx, permission: &str) -> Result<(), Error> {
    if may(tx, permission).await? {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// What the bound principal may do with the connection: a permission says what it does, a grant with
/// which connections (AC-05).
pub(crate) async fn access_to(
    tx: &mut ReadTx,
    connection: ConnectionId,
) -> Result<AssetAccess, Error> {
    let access = sqlx::query_scalar!(
        r#"select access.access_to('connection', $1) as "access!""#,
        connection.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    let wrong = |_| sqlx::Error::Decode("broker: unexpected access".into());
    Ok(access.parse().map_err(wrong)?)
}
