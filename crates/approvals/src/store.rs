//! The statements of this crate, one function each.

use std::collections::HashMap;

use db::{Error, ReadTx, WriteTx};
use kernel::{OrganisationId, ProposalId, SessionId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Deciders, DecisionRow, NewProposal, Outcome, Proposal, SealedPayload, State};

pub(crate) struct NewDecision<'a> {
    pub(crate) organisation: OrganisationId,
    pub(crate) proposal: ProposalId,
    pub(crate) person: UserId,
    pub(crate) session: SessionId,
    pub(crate) verdict: &'static str,
    pub(crate) note: &'a str,
    pub(crate) payload_hash: &'a [u8; 32],
    pub(crate) address: &'a str,
    pub(crate) client: &'a str,
}

struct ProposalRow {
    id: Uuid,
    connection_id: Uuid,
    app: String,
    operation: String,
    subject: Option<String>,
    requester_kind: String,
    requester_name: String,
    requester_person: Uuid,
    payload_hash: Vec<u8>,
    approvals_needed: i32,
    four_eyes: bool,
    state: String,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    state_changed_at: OffsetDateTime,
    ended_by: Option<String>,
    outcome_status: Option<i32>,
    outcome_code: Option<String>,
    outcome_url: Option<String>,
    outcome_reference: Option<String>,
    duration_ms: Option<i32>,
}

impl ProposalRow {
    fn parse(self) -> Result<Proposal, Error> {
        Ok(Proposal {
            id: self.id.into(),
            connection: self.connection_id.into(),
            app: self.app,
            operation: self.operation,
            subject: self.subject,
            requester_kind: self.requester_kind,
            requester_name: self.requester_name,
            requester_person: self.requester_person.into(),
            payload_hash: digest(self.payload_hash)?,
            approvals_needed: self.approvals_needed,
            four_eyes: self.four_eyes,
            state: State::parse(&self.state).ok_or_else(|| unexpected("state"))?,
            created_at: self.created_at,
            expires_at: self.expires_at,
            state_changed_at: self.state_changed_at,
            ended_by: self.ended_by,
            outcome_status: self.outcome_status,
            outcome_code: self.outcome_code,
            outcome_url: self.outcome_url,
            outcome_reference: self.outcome_reference,
            duration_ms: self.duration_ms,
        })
    }
}

struct PayloadRow {
    payload_key_id: String,
    payload_sealed: Vec<u8>,
    payload_hash: Vec<u8>,
    connection_id: Uuid,
    operation: String,
}

impl PayloadRow {
    fn parse(self) -> Result<SealedPayload, Error> {
        Ok(SealedPayload {
            key_id: self.payload_key_id,
            sealed: self.payload_sealed,
            hash: digest(self.payload_hash)?,
            connection: self.connection_id.into(),
            operation: self.operation,
        })
    }
}

fn digest(bytes: Vec<u8>) -> Result<[u8; 32], Error> {
    bytes.try_into().map_err(|_| unexpected("digest"))
}

fn unexpected(column: &str) -> Error {
    Error::Database(sqlx::Error::Decode(
        format!("approvals: unexpected {column}").into(),
    ))
}

pub(crate) async fn insert_proposal(tx: &mut WriteTx, new: &NewProposal<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into approvals.proposals
                (id, org_id, connection_id, app, operation, subject, requester_kind,
                 requester_id, requester_person, payload_hash, payload_key_id, payload_sealed, expires_at)
         values ($1, ctx.org(), $2, $3, $4, $5, ctx.kind(), ctx.principal(), ctx.person(), $6, $7, $8,
                 now() + make_interval(secs => $9))",
        new.id.uuid(),
        new.connection.uuid(),
        new.app,
        new.operation,
        new.subject,
        new.hash,
        new.key_id,
        new.sealed,
        new.lifetime.as_secs_f64(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The columns of a [`ProposalRow`], and what follows `from … join …`.
macro_rules! select_proposals {
    ($rest:tt, $($argument:expr),+) => {
        sqlx::query_as!(
            ProposalRow,
            r#"select p.id, p.connection_id, p.app, p.operation, p.subject, p.requester_kind,
                      coalesce(k.name, u.name, '') as "requester_name!", p.requester_person,
                      p.payload_hash, p.approvals_needed, p.four_eyes, p.state, p.created_at,
                      p.expires_at, p.state_changed_at, e.name as "ended_by?", p.outcome_status,
                      p.outcome_code, p.outcome_url, p.outcome_reference, p.duration_ms
                 from approvals.proposals p
                 left join access.api_keys k on k.org_id = p.org_id and k.id = p.requester_id
                 left join identity.users u on u.id = p.requester_person
                 left join identity.users e on e.id = p.ended_by "# + $rest,
            $($argument),+
        )
    };
}

pub(crate) async fn proposal(tx: &mut ReadTx, id: ProposalId) -> Result<Option<Proposal>, Error> {
    select_proposals!("where p.id = $1", id.uuid())
        .fetch_optional(&mut **tx)
        .await?
        .map(ProposalRow::parse)
        .transpose()
}

pub(crate) async fn proposals_for_people(
    tx: &mut ReadTx,
    after: Option<ProposalId>,
    rows: i64,
) -> Result<Vec<Proposal>, Error> {
    select_proposals!(
        "where p.state in ('waiting', 'unknown_outcome')
           and case when $1::uuid is null then true else (p.expires_at, p.id) >
                (select last.expires_at, last.id from approvals.proposals last where last.id = $1) end
         order by p.expires_at, p.id limit $2",
        after.map(ProposalId::uuid),
        rows
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(ProposalRow::parse)
    .collect()
}

pub(crate) async fn settled_proposals(
    tx: &mut ReadTx,
    after: Option<ProposalId>,
    rows: i64,
) -> Result<Vec<Proposal>, Error> {
    select_proposals!(
        "where p.state not in ('waiting', 'unknown_outcome')
           and case when $1::uuid is null then true else (p.created_at, p.id) <
                (select last.created_at, last.id from approvals.proposals last where last.id = $1) end
         order by p.created_at desc, p.id desc limit $2",
        after.map(ProposalId::uuid),
        rows
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(ProposalRow::parse)
    .collect()
}

pub(crate) async fn these_proposals(
    tx: &mut ReadTx,
    ids: &[ProposalId],
) -> Result<Vec<Proposal>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    select_proposals!(
        "where p.id = any ($1) order by p.created_at desc, p.id desc",
        &ids
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(ProposalRow::parse)
    .collect()
}

pub(crate) async fn count_waiting(tx: &mut ReadTx) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from approvals.proposals
            where state in ('waiting', 'unknown_outcome')"#
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn decisions(tx: &mut ReadTx, id: ProposalId) -> Result<Vec<DecisionRow>, Error> {
    let rows = sqlx::query!(
        r#"select d.user_id, u.name, d.verdict = 'approve' as "approved!", d.note, d.address, d.client, d.at
             from approvals.decisions d join identity.users u on u.id = d.user_id
            where d.proposal_id = $1 order by d.at, d.user_id"#,
        id.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DecisionRow {
            user: row.user_id.into(),
            name: row.name,
            approved: row.approved,
            note: row.note,
            address: row.address,
            client: row.client,
            at: row.at,
        })
        .collect())
}

pub(crate) async fn deciders(
    tx: &mut ReadTx,
    proposals: &[ProposalId],
) -> Result<HashMap<ProposalId, Deciders>, Error> {
    let ids: Vec<Uuid> = proposals.iter().map(|proposal| proposal.uuid()).collect();
    let rows = sqlx::query!(
        r#"select d.proposal_id, string_agg(u.name, ', ' order by d.at) as "names!",
                  count(*) filter (where d.verdict = 'approve') as "approvals!"
             from approvals.decisions d join identity.users u on u.id = d.user_id
            where d.proposal_id = any ($1)
            group by d.proposal_id"#,
        &ids
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let deciders = Deciders {
                names: row.names,
                approvals: row.approvals,
            };
            (row.proposal_id.into(), deciders)
        })
        .collect())
}

pub(crate) async fn sealed_payload(
    tx: &mut ReadTx,
    id: ProposalId,
) -> Result<Option<SealedPayload>, Error> {
    sqlx::query_as!(
        PayloadRow,
        "select payload_key_id, payload_sealed, payload_hash, connection_id, operation
           from approvals.proposals where id = $1",
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?
    .map(PayloadRow::parse)
    .transpose()
}

pub(crate) async fn insert_decision(tx: &mut WriteTx, new: NewDecision<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into approvals.decisions
                (org_id, proposal_id, user_id, session_id, verdict, note, payload_hash, address, client)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.organisation.uuid(),
        new.proposal.uuid(),
        new.person.uuid(),
        new.session.uuid(),
        new.verdict,
        new.note,
        new.payload_hash,
        new.address,
        new.client,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn approvals(tx: &mut WriteTx, id: ProposalId) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from approvals.decisions
            where proposal_id = $1 and verdict = 'approve'"#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn set_state(
    tx: &mut WriteTx,
    id: ProposalId,
    from: State,
    to: State,
) -> Result<bool, Error> {
    let moved = sqlx::query!(
        "update approvals.proposals set state = $3 where id = $1 and state = $2",
        id.uuid(),
        from.as_str(),
        to.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(moved.rows_affected() == 1)
}

pub(crate) async fn claim(
    tx: &mut WriteTx,
    id: ProposalId,
) -> Result<Option<SealedPayload>, Error> {
    sqlx::query_as!(
        PayloadRow,
        "update approvals.proposals set state = 'executing' where id = $1 and state = 'approved'
         returning payload_key_id, payload_sealed, payload_hash, connection_id, operation",
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?
    .map(PayloadRow::parse)
    .transpose()
}

pub(crate) async fn finish(
    tx: &mut WriteTx,
    id: ProposalId,
    outcome: &Outcome,
) -> Result<bool, Error> {
    let moved = sqlx::query!(
        "update approvals.proposals
            set state = $2, outcome_status = $3, outcome_code = $4, outcome_digest = $5,
                outcome_url = $6, outcome_reference = $7, duration_ms = $8
          where id = $1 and state = 'executing'",
        id.uuid(),
        outcome.state.as_str(),
        outcome.status.map(i32::from),
        outcome.code,
        outcome.digest.as_ref().map(<[u8; 32]>::as_slice),
        outcome.url,
        outcome.reference,
        outcome.duration_ms,
    )
    .execute(&mut **tx)
    .await?;
    Ok(moved.rows_affected() == 1)
}

pub(crate) async fn sweep(tx: &mut WriteTx, lease_seconds: i32) -> Result<i32, Error> {
    Ok(
        sqlx::query_scalar!(r#"select approvals.sweep($1) as "moved!""#, lease_seconds)
            .fetch_one(&mut **tx)
            .await?,
    )
}
