//! The statements of this crate, one function each.

use db::{Error, ReadTx, WriteTx};
use kernel::{FileId, LogId};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Progress;
use crate::stored::{Highlight, LogState, NewLog, Original, Source, StoredLog};

/// Columns of events on their way to the database.
#[derive(Debug, Default)]
pub(crate) struct EventRows {
    cases: Vec<i32>,
    activities: Vec<i32>,
    resources: Vec<Option<i32>>,
    times: Vec<OffsetDateTime>,
    keys: Vec<Option<Vec<u8>>>,
}

impl EventRows {
    pub(crate) fn push(&mut self, case: u32, activity: u16, resource: Option<u32>, time_us: i64) {
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time_us) * 1000);
        self.cases.push(case.cast_signed());
        self.activities.push(i32::from(activity));
        self.resources.push(resource.map(u32::cast_signed));
        // The reader admits only years that the type holds.
        self.times.push(time.unwrap_or(OffsetDateTime::UNIX_EPOCH));
        self.keys.push(None);
    }

    /// Of a log that grows.
    pub(crate) fn add(
        &mut self,
        (case, activity, resource): (i32, i32, Option<i32>),
        at: OffsetDateTime,
        key: [u8; 16],
    ) {
        self.cases.push(case);
        self.activities.push(activity);
        self.resources.push(resource);
        self.times.push(at);
        self.keys.push(Some(key.to_vec()));
    }

    pub(crate) fn len(&self) -> usize {
        self.cases.len()
    }
}

struct Row {
    id: Uuid,
    name: String,
    connection_id: Option<Uuid>,
    state: String,
    bytes_read: i64,
    cases: i64,
    events: i64,
    error_code: Option<String>,
    error_text: Option<String>,
    statistics: Option<Value>,
    added_by: String,
    created_at: OffsetDateTime,
    finished_at: Option<OffsetDateTime>,
}

impl Row {
    fn parse(self) -> Result<StoredLog, Error> {
        let state = LogState::parse(&self.state).ok_or_else(|| {
            Error::Database(sqlx::Error::Decode("insight: unexpected state".into()))
        })?;
        Ok(StoredLog {
            id: self.id.into(),
            name: self.name,
            connection: self.connection_id.map(Into::into),
            state,
            bytes_read: self.bytes_read,
            cases: self.cases,
            events: self.events,
            error_code: self.error_code,
            error_text: self.error_text,
            statistics: self.statistics,
            added_by: self.added_by,
            created_at: self.created_at,
            finished_at: self.finished_at,
        })
    }
}

pub(crate) async fn insert_log(tx: &mut WriteTx, id: LogId, new: &NewLog) -> Result<(), Error> {
    let (source, connection) = match new.source {
        Source::Import => ("import", None),
        Source::Scan(connection) => ("scan", Some(connection.uuid())),
    };
    sqlx::query!(
        "insert into insight.logs (id, org_id, user_id, name, source, connection_id)
         values ($1, ctx.org(), ctx.person(), $2, $3, $4)",
        id.uuid(),
        new.name,
        source,
        connection,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn set_progress(
    tx: &mut WriteTx,
    id: LogId,
    progress: Progress,
) -> Result<(), Error> {
    sqlx::query!(
        "update insight.logs set bytes_read = $2, events = $3, alive_at = now()
          where id = $1 and state = 'reading'",
        id.uuid(),
        i64::try_from(progress.bytes_read).unwrap_or(i64::MAX),
        i64::try_from(progress.events).unwrap_or(i64::MAX),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn set_alive(tx: &mut WriteTx, id: LogId) -> Result<(), Error> {
    sqlx::query!(
        "update insight.logs set alive_at = now() where id = $1 and state = 'reading'",
        id.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn sweep(tx: &mut WriteTx, silent_seconds: i32) -> Result<i32, Error> {
    Ok(
        sqlx::query_scalar!(r#"select insight.sweep($1) as "ended!""#, silent_seconds)
            .fetch_one(&mut **tx)
            .await?,
    )
}

pub(crate) async fn set_failed(
    tx: &mut WriteTx,
    id: LogId,
    code: &str,
    sentence: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update insight.logs
            set state = 'failed', error_code = $2, error_text = $3, cases = 0, events = 0,
                finished_at = now()
          where id = $1 and state = 'reading'",
        id.uuid(),
        code,
        sentence,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Of the bound organisation, in other logs.
pub(crate) async fn stored_elsewhere(tx: &mut WriteTx, but: LogId) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select insight.stored_elsewhere($1) as "events!""#,
        but.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Of a log that grows: how many events are stored, and shown while it is read for the first time.
pub(crate) async fn set_stored(tx: &mut WriteTx, id: LogId, events: i64) -> Result<(), Error> {
    sqlx::query!(
        "update insight.logs
            set stored = $2, events = case state when 'reading' then $2 else events end, alive_at = now()
          where id = $1",
        id.uuid(),
        events,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Shows what was read; a scan's log may be shown already, and has grown since.
pub(crate) async fn set_ready(
    tx: &mut WriteTx,
    id: LogId,
    (cases, events): (i64, i64),
    statistics: Value,
) -> Result<bool, Error> {
    let set = sqlx::query!(
        "update insight.logs
            set state = 'ready', cases = $2, events = $3, stored = $3, statistics = $4, finished_at = now()
          where id = $1 and (state = 'reading' or (state = 'ready' and source = 'scan'))",
        id.uuid(),
        cases,
        events,
        statistics,
    )
    .execute(&mut **tx)
    .await?;
    Ok(set.rows_affected() == 1)
}

pub(crate) async fn insert_names(
    tx: &mut WriteTx,
    id: LogId,
    kind: &str,
    first: i32,
    names: &[&str],
) -> Result<(), Error> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    sqlx::query!(
        "insert into insight.names (org_id, log_id, kind, number, name)
         select (select ctx.org()), $1, $2, $3 + n.ordinal::int - 1, n.name
           from unnest($4::text[]) with ordinality as n (name, ordinal)",
        id.uuid(),
        kind,
        first,
        &names,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Returns how many events were added: in a log that does not grow, the number to go on with. Of one that is there
/// already, what is told anew counts.
pub(crate) async fn insert_events(
    tx: &mut WriteTx,
    id: LogId,
    first: i32,
    rows: &EventRows,
) -> Result<i32, Error> {
    let added = sqlx::query_scalar!(
        r#"with put as (
               insert into insight.events as e
                      (org_id, log_id, number, case_number, activity_number, resource_number, at, key)
               select (select ctx.org()), $1, $2 + r.ordinal::int - 1, r.case_number, r.activity_number,
                      r.resource_number, r.at, r.key
                 from unnest($3::int[], $4::int[], $5::int[], $6::timestamptz[], $7::bytea[])
                      with ordinality as r (case_number, activity_number, resource_number, at, key, ordinal)
               on conflict (org_id, log_id, key) where key is not null do update
                  set case_number = excluded.case_number, activity_number = excluded.activity_number,
                      resource_number = excluded.resource_number, at = excluded.at
                where (e.case_number, e.activity_number, e.resource_number, e.at) is distinct from
                      (excluded.case_number, excluded.activity_number, excluded.resource_number, excluded.at)
               returning xmax = 0 as is_new
           )
           select count(*) filter (where is_new) as "added!" from put"#,
        id.uuid(),
        first,
        &rows.cases,
        &rows.activities,
        &rows.resources as &[Option<i32>],
        &rows.times,
        &rows.keys as &[Option<Vec<u8>>],
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(i32::try_from(added).unwrap_or(i32::MAX))
}

/// Of one kind, by number.
pub(crate) async fn names(tx: &mut ReadTx, id: LogId, kind: &str) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        "select name from insight.names where log_id = $1 and kind = $2 order by number",
        id.uuid(),
        kind,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// The number of the next event, and how many there are.
pub(crate) async fn extent(tx: &mut ReadTx, id: LogId) -> Result<(i32, i64), Error> {
    let row = sqlx::query!(
        r#"select coalesce(max(number) + 1, 0) as "next!", count(*) as "events!"
             from insight.events where log_id = $1"#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.next, row.events))
}

pub(crate) struct StoredEvent {
    pub(crate) number: i32,
    pub(crate) case_number: i32,
    pub(crate) activity_number: i32,
    pub(crate) resource_number: Option<i32>,
    pub(crate) at: OffsetDateTime,
}

/// In the order of their numbers.
pub(crate) async fn events_after(
    tx: &mut ReadTx,
    id: LogId,
    after: i32,
    most: i64,
) -> Result<Vec<StoredEvent>, Error> {
    Ok(sqlx::query_as!(
        StoredEvent,
        "select number, case_number, activity_number, resource_number, at
           from insight.events where log_id = $1 and number > $2 order by number limit $3",
        id.uuid(),
        after,
        most,
    )
    .fetch_all(&mut **tx)
    .await?)
}

pub(crate) async fn set_interrupted(
    tx: &mut WriteTx,
    id: LogId,
    code: &str,
    sentence: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update insight.logs set state = 'failed', error_code = $2, error_text = $3, finished_at = now()
          where id = $1 and state = 'reading'",
        id.uuid(),
        code,
        sentence,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn set_reading(tx: &mut WriteTx, id: LogId) -> Result<(), Error> {
    sqlx::query!(
        "update insight.logs set state = 'reading', error_code = null, error_text = null, finished_at = null
          where id = $1 and state = 'failed' and source = 'scan'",
        id.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn delete_log(tx: &mut WriteTx, id: LogId) -> Result<bool, Error> {
    let deleted = sqlx::query!("delete from insight.logs where id = $1", id.uuid())
        .execute(&mut **tx)
        .await?;
    Ok(deleted.rows_affected() == 1)
}

pub(crate) async fn logs(tx: &mut ReadTx) -> Result<Vec<StoredLog>, Error> {
    sqlx::query_as!(
        Row,
        r#"select l.id, l.name, l.connection_id, l.state, l.bytes_read, l.cases, l.events,
                  l.error_code, l.error_text, null::jsonb as "statistics", coalesce(u.name, '') as "added_by!",
                  l.created_at, l.finished_at
             from insight.logs l left join identity.users u on u.id = l.user_id
            order by l.created_at desc, l.id desc"#
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(Row::parse)
    .collect()
}

pub(crate) async fn log(tx: &mut ReadTx, id: LogId) -> Result<Option<StoredLog>, Error> {
    sqlx::query_as!(
        Row,
        r#"select l.id, l.name, l.connection_id, l.state, l.bytes_read, l.cases, l.events,
                  l.error_code, l.error_text, l.statistics, coalesce(u.name, '') as "added_by!",
                  l.created_at, l.finished_at
             from insight.logs l left join identity.users u on u.id = l.user_id
            where l.id = $1"#,
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?
    .map(Row::parse)
    .transpose()
}

pub(crate) async fn original(tx: &mut ReadTx, log: LogId) -> Result<Option<Original>, Error> {
    let row = sqlx::query!(
        "select id, name, size_bytes from broker.files where log_id = $1 and state = 'stored'",
        log.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Original {
        file: FileId::from(row.id),
        name: row.name,
        size_bytes: u64::try_from(row.size_bytes).unwrap_or(0),
    }))
}

/// Reads a few figures out of the statistics, which may be megabytes, where they are.
pub(crate) async fn highlights(tx: &mut ReadTx, most: u8) -> Result<Vec<Highlight>, Error> {
    let rows = sqlx::query!(
        r#"select id, name, cases,
                  coalesce((statistics #>> '{case_duration_s,p50}')::float8, 0)
                    as "median_duration_s!",
                  statistics #>> '{bottlenecks,0,sentence}' as bottleneck
             from insight.logs where state = 'ready'
            order by created_at desc, id desc limit $1"#,
        i64::from(most),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Highlight {
            id: row.id.into(),
            name: row.name,
            cases: row.cases,
            median_duration_s: row.median_duration_s,
            bottleneck: row.bottleneck,
        })
        .collect())
}
