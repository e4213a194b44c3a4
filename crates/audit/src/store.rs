//! The statements of this crate, one function each.

use db::{Error, ReadTx, WriteTx};
use kernel::{AuditEntryId, PageSize};
use serde_json::Value;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::entries::{Entry, Filter, Head};
use crate::leaf::{Actor, EntryRow};
use crate::merkle::{Hash, Node};

pub(crate) struct Batch<'a> {
    pub(crate) first_index: u64,
    pub(crate) ids: Vec<Uuid>,
    pub(crate) completed: &'a [(Node, Hash)],
    pub(crate) root: Hash,
    pub(crate) note: &'a str,
}

struct Row {
    id: Uuid,
    org_id: Option<Uuid>,
    at: OffsetDateTime,
    actor_kind: String,
    actor_id: Option<Uuid>,
    person_id: Option<Uuid>,
    action: String,
    subject: Option<String>,
    details: Value,
    leaf_index: Option<i64>,
}

impl Row {
    fn into_entry(self) -> EntryRow {
        EntryRow {
            id: self.id,
            organisation: self.org_id,
            at: self.at,
            actor: Actor {
                kind: self.actor_kind,
                id: self.actor_id,
                person: self.person_id,
            },
            action: self.action,
            subject: self.subject,
            details: self.details,
        }
    }
}

/// Has the transaction see the database as it is at its first query, until it ends.
pub(crate) async fn hold_still(tx: &mut ReadTx) -> Result<(), Error> {
    use sqlx::Executor as _;
    tx.execute("set transaction isolation level repeatable read")
        .await?;
    Ok(())
}

pub(crate) async fn unsequenced(tx: &mut WriteTx, most: i32) -> Result<Vec<EntryRow>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", org_id, at as "at!", actor_kind as "actor_kind!", actor_id, person_id,
                  action as "action!", subject, details as "details!", leaf_index
             from audit.unsequenced($1)"#,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Row::into_entry).collect())
}

/// Those that no sequencer has placed yet, for the verifier.
pub(crate) async fn not_sequenced(tx: &mut ReadTx) -> Result<Vec<EntryRow>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", org_id, at as "at!", actor_kind as "actor_kind!", actor_id, person_id,
                  action as "action!", subject, details as "details!", leaf_index
             from audit.not_sequenced()"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Row::into_entry).collect())
}

/// An entry of the bound organisation, with its place in the tree.
pub(crate) async fn entry(
    tx: &mut ReadTx,
    id: AuditEntryId,
) -> Result<Option<(Option<i64>, EntryRow)>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select id, org_id, at, actor_kind, actor_id, person_id, action, subject, details, leaf_index
           from audit.entries where id = $1",
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.leaf_index, row.into_entry())))
}

/// The newest entry about a subject that tells of an action, for the verifier.
pub(crate) async fn newest_about(
    tx: &mut ReadTx,
    (subject, action): (&str, &str),
) -> Result<Option<(Option<i64>, EntryRow)>, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", org_id, at as "at!", actor_kind as "actor_kind!", actor_id, person_id,
                  action as "action!", subject, details as "details!", leaf_index
             from audit.newest_about($1, $2)"#,
        subject,
        action,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.leaf_index, row.into_entry())))
}

pub(crate) async fn all_entries(
    tx: &mut ReadTx,
    after: i64,
    most: i32,
) -> Result<Vec<(i64, EntryRow)>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", org_id, at as "at!", actor_kind as "actor_kind!", actor_id, person_id,
                  action as "action!", subject, details as "details!", leaf_index
             from audit.all_entries($1, $2)"#,
        after,
        most,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.leaf_index?, row.into_entry())))
        .collect())
}

pub(crate) async fn all_nodes(
    tx: &mut ReadTx,
    level: i32,
    after: i64,
    most: i32,
) -> Result<Vec<(Node, Hash)>, Error> {
    let rows = sqlx::query!(
        r#"select index as "index!", hash as "hash!" from audit.all_nodes($1, $2, $3)"#,
        level,
        after,
        most,
    )
    .fetch_all(&mut **tx)
    .await?;
    let level = u8::try_from(level).unwrap_or(u8::MAX);
    rows.into_iter()
        .map(|row| node(level, row.index, row.hash))
        .collect()
}

fn node(level: u8, index: i64, hash: Vec<u8>) -> Result<(Node, Hash), Error> {
    let hash = <[u8; 32]>::try_from(hash).map_err(|_| unexpected())?;
    let index = u64::try_from(index).map_err(|_| unexpected())?;
    Ok((Node { level, index }, Hash::new(hash)))
}

fn unexpected() -> Error {
    Error::Database(sqlx::Error::Decode("audit: unexpected node".into()))
}

pub(crate) async fn nodes(
    tx: &mut PgConnection,
    places: &[Node],
) -> Result<Vec<(Node, Hash)>, Error> {
    let levels: Vec<i32> = places.iter().map(|node| i32::from(node.level)).collect();
    let indexes: Vec<i64> = places
        .iter()
        .map(|node| i64::try_from(node.index).unwrap_or(i64::MAX))
        .collect();
    let rows = sqlx::query!(
        r#"select n.level, n.index, n.hash from audit.nodes n
             join unnest($1::int[], $2::bigint[]) as p (level, index)
               on p.level = n.level and p.index = n.index"#,
        &levels,
        &indexes,
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            node(
                u8::try_from(row.level).unwrap_or(u8::MAX),
                row.index,
                row.hash,
            )
        })
        .collect()
}

fn read_head(size: i64, root: Vec<u8>, note: String, signed_at: OffsetDateTime) -> Option<Head> {
    Some(Head {
        size: size.try_into().ok()?,
        root: root.try_into().ok()?,
        note,
        signed_at,
    })
}

pub(crate) async fn head(tx: &mut WriteTx) -> Result<Option<Head>, Error> {
    let row = sqlx::query!(
        "select size, root, note, signed_at from audit.checkpoints order by size desc limit 1"
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.and_then(|row| read_head(row.size, row.root, row.note, row.signed_at)))
}

pub(crate) async fn latest_head(tx: &mut ReadTx) -> Result<Option<Head>, Error> {
    let row = sqlx::query!(
        "select size, root, note, signed_at from audit.checkpoints order by size desc limit 1"
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.and_then(|row| read_head(row.size, row.root, row.note, row.signed_at)))
}

pub(crate) async fn latest_notes(tx: &mut ReadTx, most: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        "select note from audit.checkpoints order by size desc limit $1",
        most
    )
    .fetch_all(&mut **tx)
    .await?)
}

pub(crate) async fn sequence(tx: &mut WriteTx, batch: Batch<'_>) -> Result<(), Error> {
    let (mut levels, mut indexes, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for (node, hash) in batch.completed {
        levels.push(i32::from(node.level));
        indexes.push(i64::try_from(node.index).unwrap_or(i64::MAX));
        hashes.push(hash.as_bytes().to_vec());
    }
    sqlx::query!(
        "select audit.sequence($1, $2, $3, $4, $5, $6, $7)",
        i64::try_from(batch.first_index).unwrap_or(i64::MAX),
        &batch.ids,
        &levels,
        &indexes,
        &hashes,
        batch.root.as_bytes(),
        batch.note,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn entries(
    tx: &mut ReadTx,
    filter: &Filter,
    page: PageSize,
) -> Result<Vec<Entry>, Error> {
    let rows = sqlx::query!(
        r#"select e.id, e.at, e.actor_kind, u.name as "person?", e.action, e.subject, e.details, e.leaf_index
             from audit.entries e left join identity.users u on u.id = e.person_id
            where case when $1::text is null then true else starts_with(e.action, $1) end
              and case when $2::text is null then true else e.subject = $2 end
              and e.id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
            order by e.id desc limit $4"#,
        filter.action,
        filter.subject,
        filter.before.map(kernel::AuditEntryId::uuid),
        page.rows(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Entry {
            id: row.id.into(),
            at: row.at,
            actor_kind: row.actor_kind,
            person: row.person,
            action: row.action,
            subject: row.subject,
            details: row.details,
            leaf_index: row.leaf_index,
        })
        .collect())
}
