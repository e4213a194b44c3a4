//! The statements of this crate, one function each.

use std::time::Duration;

use db::{Error, ReadTx, WriteTx};
use kernel::{EvidenceId, OrganisationId, ProviderId, SessionId, TokenHash, UserId};

use crate::control_person::{ControlPerson, Traces};
use crate::{Evidence, Status};

pub(crate) async fn insert_evidence(
    tx: &mut WriteTx,
    id: EvidenceId,
    evidence: &Evidence,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into trust.evidence (id, control, claim, status, evidence, duration_ms, checked_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.uuid(),
        evidence.control,
        evidence.claim,
        evidence.status.as_str(),
        evidence.evidence,
        evidence.duration_ms,
        evidence.checked_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn latest_evidence(tx: &mut ReadTx) -> Result<Vec<Evidence>, Error> {
    let rows = sqlx::query!(
        "select distinct on (control) control, claim, status, evidence, duration_ms, checked_at
           from trust.evidence order by control, checked_at desc"
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(Evidence {
                claim: row.claim,
                control: row.control,
                status: Status::parse(&row.status)?,
                checked_at: row.checked_at,
                evidence: row.evidence,
                duration_ms: row.duration_ms,
            })
        })
        .collect())
}

pub(crate) async fn sweep(tx: &mut WriteTx) -> Result<(), Error> {
    sqlx::query!("select trust.sweep()")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn age_control_tokens(tx: &mut WriteTx) -> Result<(), Error> {
    sqlx::query!("select trust.age_control_tokens()")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn add_control_link(
    tx: &mut WriteTx,
    (kind, whom): (&str, &str),
    hash: &[u8; 32],
    seconds: i32,
) -> Result<(), Error> {
    sqlx::query!(
        "select trust.add_control_link($1, $2, $3, $4)",
        kind,
        whom,
        hash.as_slice(),
        seconds
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn sweep_controls(tx: &mut WriteTx, made: &[uuid::Uuid]) -> Result<(), Error> {
    sqlx::query!("select trust.sweep_controls($1)", made)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn control_session(
    tx: &mut WriteTx,
    which: &str,
    (session, hash): (SessionId, &TokenHash),
    lifetime: Duration,
) -> Result<(UserId, OrganisationId), Error> {
    let row = sqlx::query!(
        r#"select user_id as "user_id!", org_id as "org_id!"
             from trust.control_session($1, $2, $3, $4)"#,
        which,
        session.uuid(),
        hash.as_bytes(),
        i32::try_from(lifetime.as_secs()).unwrap_or(i32::MAX),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.user_id.into(), row.org_id.into()))
}

pub(crate) async fn make_control_provider(tx: &mut WriteTx) -> Result<ProviderId, Error> {
    let id = sqlx::query_scalar!(r#"select trust.make_control_provider() as "provider!""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(id.into())
}

pub(crate) async fn make_control_person(
    tx: &mut WriteTx,
    person: &ControlPerson,
    session: SessionId,
) -> Result<(), Error> {
    sqlx::query!(
        "select trust.make_control_person($1, $2, $3, $4)",
        person.canary,
        person.user.uuid(),
        session.uuid(),
        person.hash.as_bytes().as_slice(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn traces_of(
    tx: &mut ReadTx,
    table: &str,
    person: &ControlPerson,
) -> Result<Traces, Error> {
    let traces = sqlx::query_as!(
        Traces,
        r#"select named as "named!", held as "held!" from trust.traces_of($1, $2, $3)"#,
        table,
        person.user.uuid(),
        person.canary,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(traces)
}

pub(crate) async fn forget_control_person(tx: &mut WriteTx, person: UserId) -> Result<(), Error> {
    sqlx::query!("select trust.forget_control_person($1)", person.uuid())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
