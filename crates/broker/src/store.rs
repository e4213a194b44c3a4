//! The statements of this crate, one function each.

mod access_tokens;
mod blind_indexes;
pub(crate) mod files;
pub(crate) mod issuers;
mod keys;
pub(crate) mod passkeys;
pub(crate) mod providers;
mod receipts;
mod reviews;
mod rights;
pub(crate) mod rotations;
mod tokens;

pub(crate) use access_tokens::{
    Granted, NewTokenKey, TokenKeyRow, insert_token_key, issued, lock_token_keys, to_issue,
    token_keys,
};
pub(crate) use blind_indexes::{indexed, insert_blind_indexes};
pub use keys::master_keys_in_use;
pub(crate) use keys::{
    DataKeyRow, data_key, data_key_of, data_keys_of, insert_data_key, insert_server_key,
    sealing_server_key, server_key,
};
pub(crate) use receipts::{
    EndedRow, close, disconnect_all, not_given_back, proposals_revoked, put_closing_off,
    revocation, take_closing,
};
pub(crate) use reviews::raise_unused;
pub(crate) use rights::{access_to, bound, may, require};
pub(crate) use tokens::{
    Life, Refreshed, Refused, TokenRow, end_refresh, keep_tokens, key_refused, lose_refresh,
    put_refresh_off, take_refresh, token_refused,
};

use db::{Error, ReadTx, WriteTx};
use kernel::{CallId, ConnectionId, OrganisationId, UserId};
use manifest::CredentialClass;
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Debug)]
pub(crate) struct SecretRow {
    pub(crate) version: i32,
    pub(crate) key_id: String,
    pub(crate) sealed: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct SigningKeyRow {
    pub(crate) key_id: String,
    pub(crate) sealed: Vec<u8>,
}

/// What a call needs to know of its connection.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionRow {
    pub(crate) id: ConnectionId,
    pub(crate) organisation: OrganisationId,
    pub(crate) app: String,
    pub(crate) writes: bool,
    pub(crate) instance: Option<String>,
    /// By which identifier the app knows that instance.
    pub(crate) instance_id: Option<String>,
    pub(crate) state: String,
    pub(crate) scopes_requested: Vec<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) installation: Option<String>,
    /// Of OAuth 2 where there is none yet.
    pub(crate) class: CredentialClass,
    pub(crate) token: TokenRow,
}

/// What goes with a credential.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CredentialOf<'a> {
    /// With OAuth 2, the client; with a key, the app.
    pub(crate) client_id: Option<&'a str>,
    /// With a key, where the app is installed.
    pub(crate) installation: Option<&'a str>,
}

#[derive(Debug)]
pub(crate) struct AuthorizationRow {
    pub(crate) id: Uuid,
    pub(crate) connection: ConnectionId,
    pub(crate) redirect_uri: String,
}

#[derive(Debug)]
pub(crate) struct CallRow<'a> {
    pub(crate) id: CallId,
    pub(crate) connection: ConnectionId,
    pub(crate) operation: &'a str,
    pub(crate) proposal: Option<Uuid>,
    pub(crate) status: Option<u16>,
    pub(crate) error_code: Option<&'static str>,
    pub(crate) duration_ms: i32,
    pub(crate) answer_bytes: i64,
}

pub(crate) async fn secret_version(
    tx: &mut WriteTx,
    owner: Uuid,
    field: &str,
) -> Result<Option<i32>, Error> {
    Ok(sqlx::query_scalar!(
        "select version from broker.secrets where owner_id = $1 and field = $2 for update",
        owner,
        field
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn put_secret(
    tx: &mut WriteTx,
    organisation: OrganisationId,
    owner: Uuid,
    field: &str,
    row: &SecretRow,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, owner_id, field) do update
            set version = excluded.version, key_id = excluded.key_id, sealed = excluded.sealed,
                created_at = now()",
        organisation.uuid(),
        owner,
        field,
        row.version,
        row.key_id,
        row.sealed,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn secret(
    tx: &mut ReadTx,
    owner: Uuid,
    field: &str,
) -> Result<Option<(SecretRow, DataKeyRow)>, Error> {
    let row = sqlx::query!(
        "select s.version, s.key_id, s.sealed, k.wrapped_by, k.wrapped
           from broker.secrets s join broker.data_keys k on k.org_id = s.org_id and k.id = s.key_id
          where s.owner_id = $1 and s.field = $2",
        owner,
        field
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| {
        let key = DataKeyRow {
            id: row.key_id.clone(),
            wrapped_by: row.wrapped_by,
            wrapped: row.wrapped,
        };
        (
            SecretRow {
                version: row.version,
                key_id: row.key_id,
                sealed: row.sealed,
            },
            key,
        )
    }))
}

pub(crate) async fn delete_secret(tx: &mut WriteTx, owner: Uuid, field: &str) -> Result<(), Error> {
    sqlx::query!(
        "delete from broker.secrets where owner_id = $1 and field = $2",
        owner,
        field
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn delete_secrets(tx: &mut WriteTx, owner: Uuid) -> Result<(), Error> {
    sqlx::query!("delete from broker.secrets where owner_id = $1", owner)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn signing_key(
    tx: &mut ReadTx,
    purpose: &str,
) -> Result<Option<SigningKeyRow>, Error> {
    Ok(sqlx::query_as!(
        SigningKeyRow,
        "select key_id, sealed from broker.signing_keys where purpose = $1",
        purpose
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn insert_signing_key(
    tx: &mut WriteTx,
    purpose: &str,
    key_id: &str,
    sealed: &[u8],
    verifier: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into broker.signing_keys (purpose, key_id, sealed, verifier)
         values ($1, $2, $3, $4)",
        purpose,
        key_id,
        sealed,
        verifier
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn connection(
    tx: &mut ReadTx,
    id: ConnectionId,
) -> Result<Option<ConnectionRow>, Error> {
    let row = sqlx::query!(
        r#"select c.id, c.org_id, c.app, c.purpose = 'write' as "writes!", c.instance, c.state, c.scopes_requested,
                  k.client_id as "client_id?", k.installation as "installation?", k.instance_id as "instance_id?",
                  coalesce(k.class, 'oauth2') as "class!",
                  coalesce(k.token_version, 0) as "version!",
                  coalesce(k.refresh_at <= now(), false) as "is_due!",
                  -- A call that leaves with it arrives before its end.
                  coalesce(k.access_expires_at > now() + interval '10 seconds', false) as "lives!",
                  coalesce(k.refresh_until > now(), false) as "is_refreshing!",
                  greatest(0, ceil(coalesce(extract(epoch from k.refresh_not_before - now()), 0)))::bigint
                      as "put_off_seconds!"
             from connectors.connections c
             left join broker.credentials k on k.org_id = c.org_id and k.connection_id = c.id
            where c.id = $1"#,
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let class = CredentialClass::parse(&row.class)
        .ok_or_else(|| sqlx::Error::Decode("broker: unexpected class".into()))?;
    Ok(Some(ConnectionRow {
        id: row.id.into(),
        organisation: row.org_id.into(),
        app: row.app,
        writes: row.writes,
        instance: row.instance,
        instance_id: row.instance_id,
        state: row.state,
        scopes_requested: row.scopes_requested,
        client_id: row.client_id,
        installation: row.installation,
        class,
        token: TokenRow {
            version: row.version,
            is_due: row.is_due,
            lives: row.lives,
            is_refreshing: row.is_refreshing,
            put_off_seconds: row.put_off_seconds,
        },
    }))
}

/// Whether the connection is connected. It stays so until the transaction ends: whoever disconnects
/// it waits, and then finds what the transaction adds.
pub(crate) async fn hold_connected(
    tx: &mut WriteTx,
    connection: ConnectionId,
) -> Result<bool, Error> {
    let held = sqlx::query_scalar!(
        r#"select true as "held!" from connectors.connections
            where id = $1 and state = 'connected' for share"#,
        connection.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(held.is_some())
}

/// The connection's state; nothing where it is not there.
pub(crate) async fn connection_state(
    tx: &mut ReadTx,
    connection: ConnectionId,
) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar!(
        "select state from connectors.connections where id = $1",
        connection.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Says of which class the connection's credential is, and what goes with it that is not secret. Refused while
/// something of another class is sealed for it.
pub(crate) async fn put_credential(
    tx: &mut WriteTx,
    connection: ConnectionId,
    (class, of): (CredentialClass, CredentialOf<'_>),
) -> Result<(), Error> {
    sqlx::query!(
        "insert into broker.credentials (org_id, connection_id, class, client_id, installation)
         values (ctx.org(), $1, $2, $3, $4)
         on conflict (org_id, connection_id) do update
            set class = excluded.class, client_id = excluded.client_id, installation = excluded.installation",
        connection.uuid(),
        class.as_str(),
        of.client_id,
        of.installation,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn insert_authorization(
    tx: &mut WriteTx,
    (id, connection, state_hash, redirect_uri): (Uuid, ConnectionId, &[u8; 32], &str),
    lifetime_seconds: f64,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into broker.authorizations
                (id, org_id, user_id, connection_id, state_hash, redirect_uri, expires_at)
         values ($1, ctx.org(), ctx.person(), $2, $3, $4, now() + make_interval(secs => $5))",
        id,
        connection.uuid(),
        state_hash,
        redirect_uri,
        lifetime_seconds,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Uses a round trip up. Only the person who began it can end it.
pub(crate) async fn use_authorization(
    tx: &mut WriteTx,
    state_hash: &[u8; 32],
) -> Result<Option<AuthorizationRow>, Error> {
    let row = sqlx::query!(
        "update broker.authorizations set used_at = now()
          where state_hash = $1 and used_at is null and expires_at > now() and user_id = ctx.person()
         returning id, connection_id, redirect_uri",
        state_hash
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| AuthorizationRow {
        id: row.id,
        connection: row.connection_id.into(),
        redirect_uri: row.redirect_uri,
    }))
}

/// Keeps by which identifier the app knows the connection's instance; nothing where it is known by its address.
pub(crate) async fn put_instance_id(
    tx: &mut WriteTx,
    connection: ConnectionId,
    instance_id: Option<&str>,
) -> Result<(), Error> {
    sqlx::query!(
        "update broker.credentials set instance_id = $2 where connection_id = $1",
        connection.uuid(),
        instance_id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// False where the connection has ended meanwhile.
/// `ends`: when the credential does, as far as the app told it.
pub(crate) async fn set_connected(
    tx: &mut WriteTx,
    connection: ConnectionId,
    granted: Option<&[String]>,
    ends: Option<OffsetDateTime>,
) -> Result<bool, Error> {
    let set = sqlx::query!(
        "update connectors.connections
            set state = 'connected', state_reason = null, connected_at = now(),
                scopes_granted = coalesce($2, scopes_granted), credential_ends_at = $3
          where id = $1",
        connection.uuid(),
        granted,
        ends,
    )
    .execute(&mut **tx)
    .await?;
    Ok(set.rows_affected() == 1)
}

/// False where the connection has ended already.
pub(crate) async fn set_connection_state(
    tx: &mut WriteTx,
    connection: ConnectionId,
    state: &str,
    reason: Option<&str>,
) -> Result<bool, Error> {
    let set = sqlx::query!(
        "update connectors.connections
            set state = $2, state_reason = $3,
                disconnected_at = case when $2 = 'disconnected' then now() else disconnected_at end
          where id = $1",
        connection.uuid(),
        state,
        reason,
    )
    .execute(&mut **tx)
    .await?;
    Ok(set.rows_affected() == 1)
}

pub(crate) async fn insert_call(tx: &mut WriteTx, call: &CallRow<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into broker.calls
                (id, org_id, connection_id, operation, actor_kind, actor_id, proposal_id, status,
                 error_code, duration_ms, answer_bytes)
         values ($1, ctx.org(), $2, $3, ctx.kind(), ctx.principal(), $4, $5, $6, $7, $8)",
        call.id.uuid(),
        call.connection.uuid(),
        call.operation,
        call.proposal,
        call.status.map(i32::from),
        call.error_code,
        call.duration_ms,
        call.answer_bytes,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Who is bound, with or without an organisation.
pub(crate) async fn person(tx: &mut WriteTx) -> Result<UserId, Error> {
    let person = sqlx::query_scalar!("select ctx.person()")
        .fetch_one(&mut **tx)
        .await?;
    person.map(UserId::from).ok_or(Error::Unauthenticated)
}

/// False where one is set up already.
pub(crate) async fn begin_authenticator(
    tx: &mut WriteTx,
    key_id: &str,
    sealed: &[u8],
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.begin_authenticator($1, $2) as "kept!""#,
        key_id,
        sealed
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The bound person's authenticator, at their turn to try.
pub(crate) struct HeldAuthenticator {
    pub(crate) wait_seconds: i32,
    pub(crate) key_id: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) last_step: i64,
    pub(crate) is_confirmed: bool,
}

pub(crate) async fn try_authenticator(
    tx: &mut WriteTx,
) -> Result<Option<HeldAuthenticator>, Error> {
    Ok(sqlx::query_as!(
        HeldAuthenticator,
        r#"select wait_seconds as "wait_seconds!", key_id as "key_id!", sealed as "sealed!",
                  last_step as "last_step!", is_confirmed as "is_confirmed!"
             from identity.try_authenticator()"#
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn authenticator_tried(tx: &mut WriteTx, step: Option<i64>) -> Result<(), Error> {
    sqlx::query!("select identity.authenticator_tried($1)", step)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
