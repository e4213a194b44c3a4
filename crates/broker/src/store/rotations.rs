//! Rotations of keys.

use db::{Error, ReadTx, WriteTx};
use kernel::RotationId;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::DataKeyRow;
use crate::rotation::RotationKind;
use crate::vault::{Resealed, StoredValue};

/// A rotation, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Which keys are replaced.
    pub kind: RotationKind,
    /// What wraps every data key when it is done; nothing where that is not what rotates, or before a
    /// broker has begun.
    pub master_key: Option<String>,
    /// Data keys to wrap anew, or to replace.
    pub keys_total: i64,
    /// Those that are.
    pub keys_done: i64,
    /// Values that were sealed anew.
    pub values_done: i64,
    /// Data keys that do not open, or that a value does not open by: they stay as they are.
    pub keys_left: Vec<String>,
    /// Whether nothing more will happen.
    pub is_over: bool,
    /// Why it ended before it was done.
    pub failure: Option<String>,
}

/// How many data keys a master key wraps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeyUse {
    /// Its keeper and its name there.
    pub master_key: String,
    /// Data keys of tenants.
    pub tenants_keys: i64,
    /// Data keys of the server's own.
    pub servers_keys: i64,
    /// How many of all these are retired: they open, and are to be destroyed.
    pub retired_keys: i64,
}

/// The rotation that this transaction may carry on.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) id: RotationId,
    kind: String,
    pub(crate) master_key: Option<String>,
    pub(crate) is_begun: bool,
}

impl Held {
    pub(crate) fn kind(&self) -> RotationKind {
        kind(&self.kind)
    }
}

/// A data key that waits for its new wrapping.
#[derive(Debug)]
pub(crate) struct ToRewrap {
    /// Nothing where it is the server's own.
    pub(crate) organisation: Option<Uuid>,
    pub(crate) row: DataKeyRow,
}

/// A data key that waits for its successor, or whose values do.
#[derive(Debug)]
pub(crate) struct ToReplace {
    /// Nothing where it is the server's own.
    pub(crate) organisation: Option<Uuid>,
    pub(crate) row: DataKeyRow,
    /// What seals in its place already.
    pub(crate) successor: Option<DataKeyRow>,
}

/// The table's constraint allows these two.
fn kind(text: &str) -> RotationKind {
    match text {
        "data_keys" => RotationKind::DataKeys,
        _ => RotationKind::MasterKey,
    }
}

/// Adds a rotation, unless one is under way. Returns the one that is then.
pub(crate) async fn insert(
    tx: &mut WriteTx,
    id: RotationId,
    kind: RotationKind,
) -> Result<RotationId, Error> {
    let under_way = sqlx::query_scalar!(
        r#"select broker.ask_rotation($1, $2) as "id!""#,
        id.uuid(),
        kind.as_str()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(under_way.into())
}

pub(crate) async fn under_way(tx: &mut PgConnection) -> Result<Option<RotationId>, Error> {
    let id = sqlx::query_scalar!("select id from broker.rotations where ended_at is null")
        .fetch_optional(tx)
        .await?;
    Ok(id.map(RotationId::from))
}

pub(crate) async fn look(tx: &mut ReadTx, id: RotationId) -> Result<Option<Rotation>, Error> {
    let row = sqlx::query!(
        r#"select kind, master_key, keys_total, keys_done, values_done, keys_left,
                  ended_at is not null as "is_over!", failure
             from broker.rotations where id = $1"#,
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Rotation {
        kind: kind(&row.kind),
        master_key: row.master_key,
        keys_total: row.keys_total,
        keys_done: row.keys_done,
        values_done: row.values_done,
        keys_left: row.keys_left,
        is_over: row.is_over,
        failure: row.failure,
    }))
}

pub(crate) async fn uses(tx: &mut PgConnection) -> Result<Vec<MasterKeyUse>, Error> {
    Ok(sqlx::query_as!(
        MasterKeyUse,
        r#"select master_key as "master_key!", tenants_keys as "tenants_keys!", servers_keys as "servers_keys!",
                  retired_keys as "retired_keys!"
             from broker.master_key_uses()"#
    )
    .fetch_all(tx)
    .await?)
}

/// The rotation under way, unless another broker is at it.
pub(crate) async fn hold(tx: &mut WriteTx) -> Result<Option<Held>, Error> {
    Ok(sqlx::query_as!(
        Held,
        r#"select id, kind, master_key, begun_at is not null as "is_begun!"
             from broker.rotations where ended_at is null for update skip locked"#
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn begin(
    tx: &mut WriteTx,
    id: RotationId,
    master_key: Option<&str>,
    keys_total: i64,
) -> Result<(), Error> {
    sqlx::query!(
        "update broker.rotations set begun_at = now(), master_key = $2, keys_total = $3 where id = $1",
        id.uuid(),
        master_key,
        keys_total
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The master key of the last rotation that began, and did not fail: it wraps data keys from then on. Nothing where
/// none ever rotated.
pub(crate) async fn wrapping_key(tx: &mut WriteTx) -> Result<Option<String>, Error> {
    let name = sqlx::query_scalar!(
        "select master_key from broker.rotations where kind = 'master_key' and begun_at is not null and failure is null
          order by begun_at desc, id desc limit 1"
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(name.flatten())
}

pub(crate) async fn keys_to_rewrap(tx: &mut WriteTx, at_most: i32) -> Result<Vec<ToRewrap>, Error> {
    let rows = sqlx::query!(
        r#"select org_id, id as "id!", wrapped_by as "wrapped_by!", wrapped as "wrapped!"
             from broker.keys_to_rewrap($1)"#,
        at_most
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows.into_iter().map(|row| ToRewrap {
        organisation: row.org_id,
        row: DataKeyRow {
            id: row.id,
            wrapped_by: row.wrapped_by,
            wrapped: row.wrapped,
        },
    });
    Ok(rows.collect())
}

/// Keeps the new form of data keys, each beside its old one and whose it is, and counts them. `left` are
/// those that did not open.
pub(crate) async fn rewrap(
    tx: &mut WriteTx,
    id: RotationId,
    keys: Vec<(Option<Uuid>, Vec<u8>, DataKeyRow)>,
    left: &[String],
) -> Result<(), Error> {
    let (mut orgs, mut ids, mut old, mut new) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (organisation, old_form, row) in keys {
        orgs.push(organisation);
        ids.push(row.id);
        old.push(old_form);
        new.push(row.wrapped);
    }
    sqlx::query!(
        "update broker.rotations
            set keys_done = keys_done + broker.rewrap($2, $3, $4, $5), keys_left = keys_left || $6
          where id = $1",
        id.uuid(),
        &orgs as &[Option<Uuid>],
        &ids,
        &old,
        &new,
        left,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn key_to_replace(tx: &mut WriteTx) -> Result<Option<ToReplace>, Error> {
    let row = sqlx::query!(
        r#"select org_id, id as "id!", wrapped_by as "wrapped_by!", wrapped as "wrapped!",
                  successor, successor_wrapped_by, successor_wrapped
             from broker.key_to_replace()"#
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let successor = row
        .successor
        .zip(row.successor_wrapped_by)
        .zip(row.successor_wrapped);
    Ok(Some(ToReplace {
        organisation: row.org_id,
        row: DataKeyRow {
            id: row.id,
            wrapped_by: row.wrapped_by,
            wrapped: row.wrapped,
        },
        successor: successor.map(|((id, wrapped_by), wrapped)| DataKeyRow {
            id,
            wrapped_by,
            wrapped,
        }),
    }))
}

pub(crate) async fn retire(
    tx: &mut WriteTx,
    organisation: Option<Uuid>,
    key: &str,
    successor: &DataKeyRow,
) -> Result<(), Error> {
    sqlx::query!(
        "select broker.retire($1, $2, $3, $4, $5)",
        organisation,
        key,
        successor.id,
        successor.wrapped_by,
        successor.wrapped
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn values_under(
    tx: &mut WriteTx,
    organisation: Option<Uuid>,
    key: &str,
    at_most: usize,
) -> Result<Vec<StoredValue>, Error> {
    Ok(sqlx::query_as!(
        StoredValue,
        r#"select in_table as "table!", of_row as row, of_text as text, version as "version!", sealed as "sealed!",
                  place as "place!"
             from broker.values_under($1, $2, $3)"#,
        organisation,
        key,
        i32::try_from(at_most).unwrap_or(i32::MAX)
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Keeps the new form of a value, where its old one still stands there. Returns whether it does.
pub(crate) async fn reseal(
    tx: &mut WriteTx,
    organisation: Option<Uuid>,
    value: &StoredValue,
    (key, new): (&str, &Resealed),
) -> Result<bool, Error> {
    let moved = sqlx::query_scalar!(
        "select broker.reseal($1, $2, $3, $4, $5, $6, $7)",
        value.table,
        organisation,
        value.row,
        value.text,
        value.sealed,
        key,
        new.sealed
    )
    .fetch_one(&mut **tx)
    .await?
    .unwrap_or_default();
    if let (true, Some(indexes)) = (moved, &new.indexes) {
        sqlx::query!(
            "select broker.reindex($1, $2, $3, $4)",
            organisation,
            value.row,
            key,
            indexes
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(moved)
}

/// Counts what was done.
pub(crate) async fn replaced(
    tx: &mut WriteTx,
    id: RotationId,
    keys: i64,
    values: usize,
) -> Result<(), Error> {
    sqlx::query!(
        "update broker.rotations set keys_done = keys_done + $2, values_done = values_done + $3 where id = $1",
        id.uuid(),
        keys,
        i64::try_from(values).unwrap_or(i64::MAX)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether nothing is sealed by a retired data key any more: the time until it is destroyed begins then.
pub(crate) async fn emptied(
    tx: &mut WriteTx,
    organisation: Option<Uuid>,
    key: &str,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select broker.emptied($1, $2) as "emptied!""#,
        organisation,
        key
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Goes past values from now on. Returns past how many since a data key was left.
pub(crate) async fn leave_values(
    tx: &mut WriteTx,
    id: RotationId,
    places: &[String],
) -> Result<i32, Error> {
    Ok(sqlx::query_scalar!(
        r#"update broker.rotations set values_left = values_left || $2 where id = $1
           returning cardinality(values_left) as "left!""#,
        id.uuid(),
        places
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Goes past a data key from now on.
pub(crate) async fn leave(tx: &mut WriteTx, id: RotationId, key: &str) -> Result<(), Error> {
    sqlx::query!(
        "update broker.rotations set keys_left = keys_left || $2::text, values_left = '{}' where id = $1",
        id.uuid(),
        key
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Returns how many are to be destroyed still.
pub(crate) async fn destroy_retired(tx: &mut WriteTx) -> Result<i64, Error> {
    Ok(
        sqlx::query_scalar!(r#"select broker.destroy_retired() as "left!""#)
            .fetch_one(&mut **tx)
            .await?,
    )
}

pub(crate) async fn end(tx: &mut WriteTx, id: RotationId) -> Result<(), Error> {
    sqlx::query!(
        "update broker.rotations set ended_at = now() where id = $1",
        id.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn fail(tx: &mut WriteTx, id: RotationId, why: &str) -> Result<(), Error> {
    sqlx::query!(
        "update broker.rotations set ended_at = now(), failure = left($2, 1000) where id = $1 and ended_at is null",
        id.uuid(),
        why
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
