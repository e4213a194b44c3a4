//! Files at rest.

use db::{Error, ReadTx, WriteTx};
use kernel::{FileId, LogId};
use sqlx::postgres::PgConnection;

use crate::files::FileError;
use crate::vault::SealedFileKey;

/// Of the bound organisation, in other files than this.
pub(crate) async fn stored_bytes(
    connection: &mut PgConnection,
    but: Option<FileId>,
) -> Result<u64, Error> {
    let bytes = sqlx::query_scalar!(
        r#"select coalesce(sum(size_bytes), 0)::bigint as "bytes!" from broker.files
            where id is distinct from $1"#,
        but.map(FileId::uuid)
    )
    .fetch_one(connection)
    .await?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// Of all organisations. What is still being written counts for nothing.
pub(crate) async fn all_stored_bytes(connection: &mut PgConnection) -> Result<u64, Error> {
    let bytes = sqlx::query_scalar!(r#"select broker.all_stored_bytes() as "bytes!""#)
        .fetch_one(connection)
        .await?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// Adds a file that is about to be written.
pub(crate) async fn insert(
    tx: &mut WriteTx,
    (id, log): (FileId, LogId),
    name: &str,
    key: &SealedFileKey,
) -> Result<Result<(), FileError>, Error> {
    let inserted = sqlx::query!(
        "insert into broker.files (id, org_id, log_id, name, key_id, sealed_key)
         values ($1, ctx.org(), $2, $3, $4, $5) on conflict (org_id, log_id) do nothing",
        id.uuid(),
        log.uuid(),
        name,
        key.key_id,
        key.sealed,
    )
    .execute(&mut **tx)
    .await;
    match inserted {
        Ok(done) if done.rows_affected() == 1 => Ok(Ok(())),
        Ok(_) => Ok(Err(FileError::Taken)),
        // broker.hold_file, or no such log.
        Err(sqlx::Error::Database(error))
            if matches!(error.code().as_deref(), Some("23514" | "23503")) =>
        {
            Ok(Err(FileError::NotWanted))
        }
        Err(error) => Err(error.into()),
    }
}

/// False where it is gone.
pub(crate) async fn note_alive(tx: &mut WriteTx, id: FileId) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update broker.files set alive_at = now() where id = $1 and state = 'writing'",
        id.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One after the other among those of `whose`, until the transaction ends: what is counted stays so.
pub(crate) async fn take_turn(tx: &mut WriteTx, whose: &str) -> Result<(), Error> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('broker.files ' || $1, 0))",
        whose
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// False where it is gone.
pub(crate) async fn set_stored(
    tx: &mut WriteTx,
    id: FileId,
    size_bytes: u64,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update broker.files set state = 'stored', size_bytes = $2 where id = $1 and state = 'writing'",
        id.uuid(),
        i64::try_from(size_bytes).unwrap_or(i64::MAX)
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn delete(tx: &mut WriteTx, id: FileId) -> Result<(), Error> {
    sqlx::query!("delete from broker.files where id = $1", id.uuid())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// How long a file is, and its key.
pub(crate) async fn stored(
    tx: &mut ReadTx,
    id: FileId,
) -> Result<Option<(u64, SealedFileKey)>, Error> {
    let row = sqlx::query!(
        "select size_bytes, key_id, sealed_key from broker.files where id = $1 and state = 'stored'",
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| {
        let key = SealedFileKey {
            key_id: row.key_id,
            sealed: row.sealed_key,
        };
        (u64::try_from(row.size_bytes).unwrap_or(0), key)
    }))
}

pub(crate) async fn end_unfinished(tx: &mut WriteTx) -> Result<i64, Error> {
    Ok(
        sqlx::query_scalar!(r#"select broker.end_unfinished_files() as "ended!""#)
            .fetch_one(&mut **tx)
            .await?,
    )
}

/// Of all organisations.
pub(crate) async fn to_remove(tx: &mut WriteTx, at_most: i32) -> Result<Vec<FileId>, Error> {
    let ids = sqlx::query_scalar!(r#"select broker.files_to_remove($1) as "id!""#, at_most)
        .fetch_all(&mut **tx)
        .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

pub(crate) async fn removed(tx: &mut WriteTx, ids: &[FileId]) -> Result<(), Error> {
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    sqlx::query!("select broker.files_removed($1)", &ids)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
