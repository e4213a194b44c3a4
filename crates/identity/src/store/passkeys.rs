//! A person's passkeys, as they see and name them. What verifies them is the broker's.

use db::{Error, ReadTx, WriteTx};
use kernel::PasskeyId;

use crate::{PasskeyName, PasskeyRow};

pub(crate) async fn list(tx: &mut ReadTx) -> Result<Vec<PasskeyRow>, Error> {
    let rows = sqlx::query!(
        "select id, name, is_synced, created_at, last_used_at, doubted_at from identity.passkeys
          order by created_at, id"
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PasskeyRow {
            id: row.id.into(),
            name: row.name,
            is_synced: row.is_synced,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            doubted_at: row.doubted_at,
        })
        .collect())
}

pub(crate) async fn rename(
    tx: &mut WriteTx,
    passkey: PasskeyId,
    name: &PasskeyName,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.rename_passkey($1, $2) as "renamed!""#,
        passkey.uuid(),
        name.as_str(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// 'removed', 'gone' or 'kept'.
pub(crate) async fn remove(tx: &mut WriteTx, passkey: PasskeyId) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.remove_passkey($1) as "removed!""#,
        passkey.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}
