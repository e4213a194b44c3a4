//! The statements of this crate, one function each.

use db::{Error, ReadTx, WriteTx};
use kernel::{GrantId, OrganisationId, Secret, TokenHash, UserId};

use crate::redeem::Begin;
use crate::refresh::Rotation;
use crate::{Client, DeviceRequest, GrantRow, Poll, Redeem, Refresh, Request};

pub(crate) struct NewCode<'a> {
    pub(crate) organisation: OrganisationId,
    pub(crate) person: UserId,
    pub(crate) hash: [u8; 32],
    pub(crate) client: &'a str,
    pub(crate) request: &'a Request,
    pub(crate) granted: &'a [String],
}

pub(crate) async fn client(tx: &mut ReadTx, id: &str) -> Result<Option<Client>, Error> {
    let row = sqlx::query!(
        r#"select name as "name!", redirect_uris as "redirect_uris!", verified as "verified!",
                  created_at as "created_at!" from oauth.client($1)"#,
        id
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Client {
        id: id.to_owned(),
        name: row.name,
        redirect_uris: row.redirect_uris,
        verified: row.verified,
        created_at: row.created_at,
    }))
}

pub(crate) async fn register_client(tx: &mut WriteTx, client: &Client) -> Result<(), Error> {
    sqlx::query!(
        "select oauth.register_client($1, $2, $3)",
        client.id,
        client.name,
        &client.redirect_uris,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn insert_code(tx: &mut WriteTx, code: NewCode<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into oauth.codes (org_id, user_id, code_hash, client_id, redirect_uri, challenge, scopes, resource, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, now() + interval '60 seconds')",
        code.organisation.uuid(),
        code.person.uuid(),
        code.hash.as_slice(),
        code.client,
        code.request.returned.redirect_uri,
        code.request.challenge.as_slice(),
        code.granted,
        code.request.resource,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the code gave; nothing where it was refused.
pub(crate) async fn redeem_code(
    tx: &mut WriteTx,
    code: TokenHash,
    redeem: &Redeem<'_>,
    begin: &Begin,
) -> Result<Option<Vec<String>>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select granted as "granted!" from oauth.redeem_code($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
        code.as_bytes().as_slice(),
        redeem.client_id,
        redeem.redirect_uri,
        redeem.verifier.hash().as_slice(),
        redeem.resource,
        begin.grant.uuid(),
        begin.refresh_hash.as_slice(),
        begin.ticket.as_bytes().as_slice(),
        redeem.seen.agent,
        redeem.seen.address,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn refresh(
    tx: &mut WriteTx,
    random: &Secret<[u8; 32]>,
    asked: &Refresh<'_>,
    ticket: TokenHash,
) -> Result<Rotation, Error> {
    let hash = crypto::digest::sha256(random.expose());
    let proof = crypto::token::successor_proof(random);
    let row = sqlx::query!(
        r#"select outcome as "outcome!", granted, successor from oauth.refresh($1, $2, $3, $4, $5, $6, $7, $8)"#,
        hash.as_slice(),
        proof.as_slice(),
        asked.client_id,
        asked.resource,
        asked.scopes.as_deref() as Option<&[String]>,
        ticket.as_bytes().as_slice(),
        asked.seen.agent,
        asked.seen.address,
    )
    .fetch_one(&mut **tx)
    .await?;
    let successor = row
        .successor
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    Ok(match (row.outcome.as_str(), row.granted, successor) {
        ("granted", Some(scopes), Some(successor)) => Rotation::Granted {
            scopes,
            successor: Secret::new(successor),
        },
        ("scope", _, _) => Rotation::Scope,
        _ => Rotation::Refused,
    })
}

pub(crate) async fn give_back(
    tx: &mut WriteTx,
    refresh: Option<[u8; 32]>,
    access: [u8; 32],
    client_id: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "select oauth.give_back($1, $2, $3)",
        refresh.as_ref().map(<[u8; 32]>::as_slice),
        access.as_slice(),
        client_id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn start_device(
    tx: &mut WriteTx,
    (device, user_code): ([u8; 32], [u8; 32]),
    client_id: &str,
    scopes: &[String],
    resource: &str,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select oauth.start_device($1, $2, $3, $4, $5) as "known!""#,
        device.as_slice(),
        user_code.as_slice(),
        client_id,
        scopes,
        resource,
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn device_request(
    tx: &mut ReadTx,
    user_code: [u8; 32],
) -> Result<Option<DeviceRequest>, Error> {
    Ok(sqlx::query_as!(
        DeviceRequest,
        r#"select client_id as "client_id!", scopes as "scopes!", resource as "resource!"
             from oauth.device_request($1)"#,
        user_code.as_slice(),
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn decide_device(
    tx: &mut WriteTx,
    user_code: [u8; 32],
    granted: Option<&[String]>,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select oauth.decide_device($1, $2, $3) as "decided!""#,
        user_code.as_slice(),
        granted.is_some(),
        granted.unwrap_or_default(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn poll_device(
    tx: &mut WriteTx,
    device: TokenHash,
    poll: &Poll<'_>,
    begin: &Begin,
) -> Result<(String, Option<Vec<String>>), Error> {
    let row = sqlx::query!(
        r#"select outcome as "outcome!", granted from oauth.poll_device($1, $2, $3, $4, $5, $6, $7)"#,
        device.as_bytes().as_slice(),
        poll.client_id,
        begin.grant.uuid(),
        begin.refresh_hash.as_slice(),
        begin.ticket.as_bytes().as_slice(),
        poll.seen.agent,
        poll.seen.address,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.outcome, row.granted))
}

pub(crate) async fn grants(tx: &mut ReadTx) -> Result<Vec<GrantRow>, Error> {
    let rows = sqlx::query!(
        r#"select g.id, g.user_id, coalesce(u.name, '') as "person_name!", c.name as client_name, c.verified, g.scopes,
                  g.resource, g.agent, g.address, g.created_at, g.last_used_at,
                  least(g.expires_at, g.idle_at) as "ends_at!"
             from oauth.grants g
             join oauth.clients c on c.id = g.client_id
             left join identity.users u on u.id = g.user_id
            where g.ended_at is null and g.expires_at > now() and g.idle_at > now()
            order by g.created_at desc, g.id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| GrantRow {
            id: row.id.into(),
            person: row.user_id.into(),
            person_name: row.person_name,
            client_name: row.client_name,
            client_verified: row.verified,
            scopes: row.scopes,
            resource: row.resource,
            agent: row.agent,
            address: row.address,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            ends_at: row.ends_at,
        })
        .collect())
}

pub(crate) async fn revoke_grant(tx: &mut WriteTx, grant: GrantId) -> Result<bool, Error> {
    let revoked = sqlx::query!(
        "update oauth.grants set ended_at = now(), ended_why = 'revoked' where id = $1 and ended_at is null",
        grant.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

pub(crate) async fn client_limit(tx: &mut ReadTx) -> Result<Option<Vec<String>>, Error> {
    let limit =
        sqlx::query_scalar!("select clients_may from identity.organisations where id = ctx.org()")
            .fetch_optional(&mut **tx)
            .await?;
    Ok(limit.flatten())
}

pub(crate) async fn limit_clients(
    tx: &mut WriteTx,
    most: Option<&[String]>,
) -> Result<Option<Vec<String>>, Error> {
    Ok(
        sqlx::query_scalar!("select oauth.limit_clients($1)", most as Option<&[String]>)
            .fetch_one(&mut **tx)
            .await?,
    )
}

/// The public keys that a signature may be of: 32 bytes each.
pub(crate) async fn published_keys(tx: &mut ReadTx) -> Result<Vec<Vec<u8>>, Error> {
    Ok(sqlx::query_scalar!(
        "select public from broker.token_keys where published_until > now() order by kid"
    )
    .fetch_all(&mut **tx)
    .await?)
}

pub(crate) async fn note_use(tx: &mut WriteTx, tokens: &[Vec<u8>]) -> Result<(), Error> {
    sqlx::query!("select oauth.note_use($1)", tokens)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn sweep(tx: &mut WriteTx) -> Result<(), Error> {
    sqlx::query!("select oauth.sweep()")
        .execute(&mut **tx)
        .await?;
    Ok(())
}
