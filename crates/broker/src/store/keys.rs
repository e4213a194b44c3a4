//! Data keys, of tenants and of the server.

use db::{Error, ReadTx, WriteTx};
use kernel::{OrganisationId, Scope};
use sqlx::postgres::PgConnection;

#[derive(Debug)]
pub(crate) struct DataKeyRow {
    pub(crate) id: String,
    pub(crate) wrapped_by: String,
    pub(crate) wrapped: Vec<u8>,
}

/// The ids of the master keys that wrap any data key.
pub async fn master_keys_in_use(db: &db::Db) -> Result<Vec<String>, Error> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    Ok(
        sqlx::query_scalar!(r#"select broker.master_keys_in_use() as "id!""#)
            .fetch_all(&mut *tx)
            .await?,
    )
}

/// The data key of the bound organisation that seals. It is not retired before the transaction ends.
pub(crate) async fn data_key_of(
    tx: &mut WriteTx,
    purpose: &str,
) -> Result<Option<DataKeyRow>, Error> {
    Ok(sqlx::query_as!(
        DataKeyRow,
        r#"select id as "id!", wrapped_by as "wrapped_by!", wrapped as "wrapped!" from broker.sealing_key($1)"#,
        purpose
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn data_key(tx: &mut ReadTx, id: &str) -> Result<Option<DataKeyRow>, Error> {
    Ok(sqlx::query_as!(
        DataKeyRow,
        "select id, wrapped_by, wrapped from broker.data_keys where id = $1",
        id
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// The data keys of the bound organisation for a purpose: the one that seals, and those that open what is left.
pub(crate) async fn data_keys_of(tx: &mut ReadTx, purpose: &str) -> Result<Vec<DataKeyRow>, Error> {
    Ok(sqlx::query_as!(
        DataKeyRow,
        "select id, wrapped_by, wrapped from broker.data_keys where org_id = (select ctx.org()) and purpose = $1",
        purpose
    )
    .fetch_all(&mut **tx)
    .await?)
}

pub(crate) async fn insert_data_key(
    tx: &mut WriteTx,
    organisation: OrganisationId,
    purpose: &str,
    row: &DataKeyRow,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into broker.data_keys (id, org_id, purpose, wrapped_by, wrapped)
         values ($1, $2, $3, $4, $5)
         on conflict (org_id, purpose) where retired_at is null do nothing",
        row.id,
        organisation.uuid(),
        purpose,
        row.wrapped_by,
        row.wrapped,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The data key of the server that seals. It is not retired before the transaction ends.
pub(crate) async fn sealing_server_key(tx: &mut WriteTx) -> Result<Option<DataKeyRow>, Error> {
    Ok(sqlx::query_as!(
        DataKeyRow,
        r#"select id as "id!", wrapped_by as "wrapped_by!", wrapped as "wrapped!"
             from broker.sealing_server_key()"#
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn server_key(
    tx: &mut PgConnection,
    id: &str,
) -> Result<Option<DataKeyRow>, Error> {
    Ok(sqlx::query_as!(
        DataKeyRow,
        "select id, wrapped_by, wrapped from broker.server_keys where id = $1",
        id
    )
    .fetch_optional(tx)
    .await?)
}

pub(crate) async fn insert_server_key(tx: &mut WriteTx, row: &DataKeyRow) -> Result<(), Error> {
    sqlx::query!(
        "insert into broker.server_keys (id, wrapped_by, wrapped) values ($1, $2, $3)
         on conflict do nothing",
        row.id,
        row.wrapped_by,
        row.wrapped,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
