//! The statements of this crate, one function each.

use db::{Error, ReadTx, WriteTx};
use kernel::{AssetAccess, CallId, ConnectionId, PageSize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{CallRow, Closed, Connection, ConnectionState, Receipt};

pub(crate) struct NewRow<'a> {
    pub(crate) id: ConnectionId,
    pub(crate) app: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) name: &'a str,
    pub(crate) instance: Option<&'a str>,
    pub(crate) scopes: &'a [String],
}

struct ConnectionRow {
    id: Uuid,
    app: String,
    purpose: String,
    name: String,
    instance: Option<String>,
    state: String,
    state_reason: Option<String>,
    scopes_requested: Vec<String>,
    scopes_granted: Option<Vec<String>>,
    credential_ends_at: Option<OffsetDateTime>,
    connected_by: String,
    created_at: OffsetDateTime,
    connected_at: Option<OffsetDateTime>,
    last_used_at: Option<OffsetDateTime>,
    raised_at: Option<OffsetDateTime>,
    everybody: String,
    access: String,
}

impl ConnectionRow {
    fn parse(self) -> Result<Connection, Error> {
        let wrong = |what: &'static str| Error::Database(sqlx::Error::Decode(what.into()));
        let access = |text: &str| {
            let access = text.parse::<AssetAccess>();
            access.map_err(|_| wrong("connectors: unexpected access"))
        };
        let state = ConnectionState::parse(&self.state)
            .ok_or_else(|| wrong("connectors: unexpected state"))?;
        Ok(Connection {
            id: self.id.into(),
            app: self.app,
            writes: self.purpose == "write",
            name: self.name,
            instance: self.instance,
            state,
            state_reason: self.state_reason,
            scopes_requested: self.scopes_requested,
            scopes_granted: self.scopes_granted,
            credential_ends_at: self.credential_ends_at,
            connected_by: self.connected_by,
            created_at: self.created_at,
            connected_at: self.connected_at,
            last_used_at: self.last_used_at,
            raised_at: self
                .raised_at
                .filter(|at| self.last_used_at.is_none_or(|used| used < *at)),
            everybody: access(&self.everybody)?,
            access: access(&self.access)?,
        })
    }
}

pub(crate) async fn insert_connection(tx: &mut WriteTx, new: NewRow<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into connectors.connections (id, org_id, user_id, app, purpose, name, instance, scopes_requested)
         values ($1, ctx.org(), ctx.person(), $2, $3, $4, $5, $6)",
        new.id.uuid(),
        new.app,
        new.purpose,
        new.name,
        new.instance,
        new.scopes,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One, or all: in the order of their making.
pub(crate) async fn connections(
    tx: &mut ReadTx,
    of: Option<ConnectionId>,
) -> Result<Vec<Connection>, Error> {
    sqlx::query_as!(
        ConnectionRow,
        r#"select c.id, c.app, c.purpose, c.name, c.instance, c.state, c.state_reason, c.scopes_requested,
                  c.scopes_granted, c.credential_ends_at, coalesce(u.name, '') as "connected_by!", c.created_at, c.connected_at,
                  (select max(k.at) from broker.calls k where k.org_id = c.org_id and k.connection_id = c.id)
                      as last_used_at,
                  c.raised_at, c.everybody, access.access_to('connection', c.id) as "access!"
             from connectors.connections c left join identity.users u on u.id = c.user_id
            where $1::uuid is null or c.id = $1
            order by c.created_at, c.id"#,
        of.map(ConnectionId::uuid),
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(ConnectionRow::parse)
    .collect()
}

/// Says that it is needed. False where it is not there, or has ended.
pub(crate) async fn keep(tx: &mut WriteTx, id: ConnectionId) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar!(r#"select connectors.keep($1) as "kept!""#, id.uuid())
            .fetch_one(&mut **tx)
            .await?,
    )
}

struct ReceiptRow {
    id: Uuid,
    app: String,
    name: String,
    ended_at: OffsetDateTime,
    ended_by: String,
    proposals_revoked: i32,
    tries: i32,
    next_try_at: OffsetDateTime,
    revocation: Option<String>,
    revocation_code: Option<String>,
    secrets_destroyed: Option<i32>,
    closed_at: Option<OffsetDateTime>,
}

impl From<ReceiptRow> for Receipt {
    fn from(row: ReceiptRow) -> Self {
        let count = |number: i32| u32::try_from(number).unwrap_or(0);
        let closed = || {
            Some(Closed {
                revocation: row.revocation.as_deref()?.parse().ok()?,
                secrets_destroyed: count(row.secrets_destroyed?),
                at: row.closed_at?,
            })
        };
        Self {
            connection: row.id.into(),
            closed: closed(),
            app: row.app,
            name: row.name,
            ended_at: row.ended_at,
            ended_by: row.ended_by,
            proposals_revoked: count(row.proposals_revoked),
            tries: count(row.tries),
            next_try_at: row.next_try_at,
            revocation_code: row.revocation_code,
        }
    }
}

/// Of one connection, or of all: the latest first.
pub(crate) async fn receipts(
    tx: &mut ReadTx,
    of: Option<ConnectionId>,
    page: PageSize,
) -> Result<Vec<Receipt>, Error> {
    let rows = sqlx::query_as!(
        ReceiptRow,
        r#"select c.id, c.app, c.name, r.ended_at, coalesce(u.name, '') as "ended_by!", r.proposals_revoked, r.tries,
                  r.next_try_at, r.revocation, r.revocation_code, r.secrets_destroyed, r.closed_at
             from connectors.receipts r
             join connectors.connections c on c.org_id = r.org_id and c.id = r.connection_id
             left join identity.users u on u.id = r.ended_by
            where $1::uuid is null or r.connection_id = $1
            order by r.ended_at desc, r.connection_id limit $2"#,
        of.map(ConnectionId::uuid),
        page.rows()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Receipt::from).collect())
}

pub(crate) async fn calls(
    tx: &mut ReadTx,
    connection: ConnectionId,
    before: Option<CallId>,
    page: PageSize,
) -> Result<Vec<CallRow>, Error> {
    let rows = sqlx::query!(
        "select id, at, operation, status, error_code, duration_ms, answer_bytes, actor_kind, proposal_id
           from broker.calls
          where connection_id = $1
            and case when $2::uuid is null then true else (at, id) <
                 (select at, id from broker.calls where connection_id = $1 and id = $2) end
          order by at desc, id desc limit $3",
        connection.uuid(),
        before.map(CallId::uuid),
        page.rows(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| CallRow {
            id: row.id.into(),
            at: row.at,
            operation: row.operation,
            status: row.status,
            error_code: row.error_code,
            duration_ms: row.duration_ms,
            answer_bytes: row.answer_bytes,
            actor_kind: row.actor_kind,
            proposal: row.proposal_id.map(Into::into),
        })
        .collect())
}
