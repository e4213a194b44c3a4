//! The statements of scans, one function each.

use std::time::Duration;

use db::{Error, ReadTx, WriteTx};
use kernel::{ConnectionId, JobId, LogId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Every, NewCall, NextPage, OpenCall, Scan, ScanEnd, ScanPage, ScanState};

/// Calls of a scan, of all its rounds; more is an app that never ends.
const MOST_CALLS: i32 = 1_000_000;
/// An app that forgets a page this often has no next one.
const MOST_RESTARTS: i32 = 3;

struct Row {
    log_id: Uuid,
    connection_id: Uuid,
    asked: String,
    state: String,
    job_id: Uuid,
    round: i32,
    every: Option<String>,
    calls: i32,
    gone: i32,
    open: i64,
    failures: i32,
    code: Option<String>,
    told: Option<String>,
    next_at: Option<OffsetDateTime>,
    began_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
}

impl Row {
    fn parse(self) -> Result<Scan, Error> {
        let state = ScanState::parse(&self.state).ok_or_else(|| {
            Error::Database(sqlx::Error::Decode("connectors: unexpected state".into()))
        })?;
        let count = |number: i64| u32::try_from(number).unwrap_or(0);
        Ok(Scan {
            log: self.log_id.into(),
            connection: self.connection_id.into(),
            asked: self.asked,
            state,
            job: self.job_id.into(),
            round: count(self.round.into()),
            every: self.every.as_deref().and_then(Every::parse),
            calls: count(self.calls.into()),
            gone: count(self.gone.into()),
            open: count(self.open),
            failures: count(self.failures.into()),
            code: self.code,
            told: self.told,
            next_at: self.next_at,
            began_at: self.began_at,
            ended_at: self.ended_at,
        })
    }
}

/// Of a log, or of a connection: the latest first.
pub(super) async fn scans(
    tx: &mut ReadTx,
    (log, connection): (Option<LogId>, Option<ConnectionId>),
) -> Result<Vec<Scan>, Error> {
    sqlx::query_as!(
        Row,
        r#"select s.log_id, s.connection_id, s.asked, s.state, s.job_id, s.round, s.every, s.calls, s.gone,
                  (select count(*) from connectors.scan_calls c
                    where c.org_id = s.org_id and c.log_id = s.log_id and not c.is_done) as "open!",
                  s.failures, s.code, s.told, s.next_at, s.began_at, s.ended_at
             from connectors.scans s
            where ($1::uuid is null or s.log_id = $1) and ($2::uuid is null or s.connection_id = $2)
            order by s.began_at desc, s.log_id desc"#,
        log.map(LogId::uuid),
        connection.map(ConnectionId::uuid),
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(Row::parse)
    .collect()
}

pub(super) async fn insert_scan(
    tx: &mut WriteTx,
    log: LogId,
    connection: ConnectionId,
    job: JobId,
    asked: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into connectors.scans (org_id, log_id, connection_id, job_id, asked)
         values (ctx.org(), $1, $2, $3, $4)",
        log.uuid(),
        connection.uuid(),
        job.uuid(),
        asked,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// In the order of steps: what a step finds is called after it.
pub(super) async fn open_call(tx: &mut ReadTx, log: LogId) -> Result<Option<OpenCall>, Error> {
    let row = sqlx::query!(
        "select step, digest, called, next_operation, next_arguments, mark, next_mark, pages, begun_at
           from connectors.scan_calls
          where log_id = $1 and not is_done order by step, digest limit 1",
        log.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.and_then(|row| {
        Some(OpenCall {
            step: u16::try_from(row.step).ok()?,
            digest: row.digest.try_into().ok()?,
            called: row.called,
            next: row
                .next_operation
                .zip(row.next_arguments)
                .map(|(operation, arguments)| NextPage {
                    operation,
                    arguments,
                }),
            mark: row.mark,
            next_mark: row.next_mark,
            pages: u32::try_from(row.pages).ok()?,
            begun_at: row.begun_at,
        })
    }))
}

pub(super) async fn add_calls(
    tx: &mut WriteTx,
    log: LogId,
    calls: &[NewCall],
) -> Result<bool, Error> {
    let steps: Vec<i32> = calls.iter().map(|call| call.step.into()).collect();
    let arguments: Vec<String> = calls.iter().map(|call| call.arguments.clone()).collect();
    let once: Vec<bool> = calls.iter().map(|call| call.once).collect();
    let known = sqlx::query_scalar!(
        "with new as (
            select distinct on (c.step, c.called) c.step, sha256(convert_to(c.called, 'UTF8')) as digest, c.called, c.once
              from unnest($2::int[], $3::text[], $4::bool[]) as c (step, called, once)
         )
         , put as (
         insert into connectors.scan_calls as k (org_id, log_id, step, digest, called, round)
         select s.org_id, s.log_id, new.step, new.digest, new.called, s.round
           from new join connectors.scans s on s.log_id = $1
          where not new.once or not exists (
                    select from connectors.scan_calls made
                     where made.log_id = $1 and made.step = new.step and made.digest = new.digest)
         on conflict (org_id, log_id, step, digest) do update
            set round = excluded.round, is_done = false, pages = 0, restarts = 0, begun_at = null,
                mark = coalesce(k.next_mark, k.mark), next_mark = null, next_operation = null, next_arguments = null
          where k.round < excluded.round
         returning xmax = 0 as is_new
         )
         update connectors.scans set known_calls = known_calls + (select count(*) from put where is_new)
          where log_id = $1 returning known_calls",
        log.uuid(),
        &steps,
        &arguments,
        &once,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(known <= MOST_CALLS)
}

pub(super) async fn note_page(tx: &mut WriteTx, log: LogId, job: JobId) -> Result<bool, Error> {
    let noted = sqlx::query!(
        "update connectors.scans set calls = calls + 1, failures = 0, code = null, told = null, next_at = null
          where log_id = $1 and job_id = $2 and state = 'running'",
        log.uuid(),
        job.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(noted.rows_affected() == 1)
}

pub(super) async fn turn_page(
    tx: &mut WriteTx,
    log: LogId,
    page: ScanPage<'_>,
) -> Result<(), Error> {
    sqlx::query!(
        "update connectors.scan_calls
            set next_operation = $4, next_arguments = $5, is_done = $5::text is null, pages = pages + 1, next_mark = $6,
                begun_at = $7
          where log_id = $1 and step = $2 and digest = $3",
        log.uuid(),
        i32::from(page.call.step),
        page.call.digest.as_slice(),
        page.next.as_ref().map(|next| &next.operation),
        page.next.as_ref().map(|next| &next.arguments),
        page.mark,
        page.begun_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn restart(tx: &mut WriteTx, log: LogId, call: &OpenCall) -> Result<bool, Error> {
    let restarted = sqlx::query!(
        "update connectors.scan_calls
            set mark = case when next_operation is not null then mark end, next_mark = null,
                next_operation = null, next_arguments = null, pages = 0, restarts = restarts + 1, begun_at = null
          where log_id = $1 and step = $2 and digest = $3 and not is_done and restarts < $4",
        log.uuid(),
        i32::from(call.step),
        call.digest.as_slice(),
        MOST_RESTARTS,
    )
    .execute(&mut **tx)
    .await?;
    Ok(restarted.rows_affected() == 1)
}

pub(super) async fn delay(
    tx: &mut WriteTx,
    (log, job): (LogId, JobId),
    (code, told): (&str, &str),
    pause: Duration,
) -> Result<bool, Error> {
    let noted = sqlx::query!(
        "update connectors.scans
            set code = $3, told = left($4, 500), next_at = now() + make_interval(secs => $5),
                failures = failures + 1
          where log_id = $1 and job_id = $2 and state = 'running'",
        log.uuid(),
        job.uuid(),
        code,
        told,
        pause.as_secs_f64(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(noted.rows_affected() == 1)
}

pub(super) async fn end(tx: &mut WriteTx, log: LogId, job: JobId) -> Result<ScanEnd, Error> {
    let ended = sqlx::query!(
        "update connectors.scans
            set state = 'done', code = null, told = null, ended_at = now(), next_at = now() + ('1 ' || every)::interval
          where log_id = $1 and job_id = $2 and state = 'running'
        returning every",
        log.uuid(),
        job.uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(ended.map_or(ScanEnd::Left, |row| {
        let every = row.every.as_deref().and_then(Every::parse);
        every.map_or(ScanEnd::Done, ScanEnd::Again)
    }))
}

pub(super) async fn fail(
    tx: &mut WriteTx,
    (log, job): (LogId, JobId),
    (code, told): (&str, &str),
) -> Result<bool, Error> {
    let failed = sqlx::query!(
        "update connectors.scans
            set state = 'failed', code = $3, told = left($4, 500), next_at = null, ended_at = now()
          where log_id = $1 and job_id = $2 and state = 'running'",
        log.uuid(),
        job.uuid(),
        code,
        told,
    )
    .execute(&mut **tx)
    .await?;
    Ok(failed.rows_affected() == 1)
}

pub(super) async fn pause(tx: &mut WriteTx, log: LogId) -> Result<bool, Error> {
    let paused = sqlx::query!(
        "update connectors.scans set state = 'paused', next_at = null
          where log_id = $1 and state = 'running'",
        log.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(paused.rows_affected() == 1)
}

pub(super) async fn carry_on(tx: &mut WriteTx, log: LogId, job: JobId) -> Result<bool, Error> {
    let carried = sqlx::query!(
        "update connectors.scans
            set state = 'running', job_id = $2, failures = 0, code = null, told = null, next_at = null, ended_at = null,
                every = case when every_for = connectors.asking() then every end,
                every_for = case when every_for = connectors.asking() then every_for end
          where log_id = $1 and state in ('paused', 'failed')",
        log.uuid(),
        job.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(carried.rows_affected() == 1)
}

pub(super) async fn next_round(tx: &mut WriteTx, log: LogId, job: JobId) -> Result<bool, Error> {
    let begun = sqlx::query!(
        "update connectors.scans
            set state = 'running', job_id = $2, round = round + 1, calls = 0, gone = 0, failures = 0, code = null,
                told = null, next_at = null, ended_at = null,
                every = case when job_id = $2 or every_for = connectors.asking() then every end,
                every_for = case when job_id = $2 or every_for = connectors.asking() then every_for end
          where log_id = $1 and state = 'done'",
        log.uuid(),
        job.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(begun.rows_affected() == 1)
}

pub(super) async fn take_over(tx: &mut WriteTx, log: LogId, job: JobId) -> Result<bool, Error> {
    let taken = sqlx::query!(
        "update connectors.scans set job_id = $2 where log_id = $1 and state = 'running'",
        log.uuid(),
        job.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

pub(super) async fn end_gone(tx: &mut WriteTx, log: LogId, call: &OpenCall) -> Result<(), Error> {
    sqlx::query!(
        "with gone as (
             update connectors.scan_calls set is_done = true, next_operation = null, next_arguments = null
              where log_id = $1 and step = $2 and digest = $3 and not is_done returning log_id
         )
         update connectors.scans s set gone = s.gone + 1 from gone where s.log_id = gone.log_id",
        log.uuid(),
        i32::from(call.step),
        call.digest.as_slice(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn repeat(
    tx: &mut WriteTx,
    log: LogId,
    every: Option<Every>,
) -> Result<(), Error> {
    sqlx::query!(
        "update connectors.scans
            set every = $2, every_for = case when $2::text is not null then connectors.asking() end,
                next_at = case when state <> 'done' then next_at end
          where log_id = $1",
        log.uuid(),
        every.map(Every::as_str),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn sweep(tx: &mut WriteTx) -> Result<i32, Error> {
    Ok(
        sqlx::query_scalar!(r#"select connectors.sweep_scans() as "stopped!""#)
            .fetch_one(&mut **tx)
            .await?,
    )
}
