//! The statements of this crate, one function each.

pub(crate) mod account;
pub(crate) mod identities;
pub(crate) mod invitations;
pub(crate) mod links;
pub(crate) mod passkeys;
pub(crate) mod provisioning;
pub(crate) mod sign_on;

use std::time::Duration;

use db::{Error, ReadTx, WriteTx};
use kernel::{OrganisationId, RoleId, SessionId, TokenHash, UserId};

use crate::hashing::{Parameters, Proof};
use crate::set_password::Chosen;
use crate::{
    Email, Member, NewSession, Principal, PrincipalKind, Proved, SESSION_LIFETIME, SecondFactors,
    SessionRow, SignInLinkFace, SignedIn,
};

pub(crate) struct SignUp<'a> {
    pub(crate) user: UserId,
    pub(crate) email: &'a Email,
    pub(crate) name: &'a str,
    pub(crate) parameters: &'a Parameters,
    pub(crate) proof: &'a Proof,
    pub(crate) organisation: OrganisationId,
    pub(crate) organisation_name: &'a str,
}

pub(crate) async fn sign_up(tx: &mut WriteTx, new: SignUp<'_>) -> Result<bool, Error> {
    let created = sqlx::query_scalar!(
        r#"select identity.sign_up($1, $2, $3, $4, $5, $6, $7) as "created!""#,
        new.user.uuid(),
        new.email.as_str(),
        new.name,
        new.parameters.as_str(),
        new.proof.expose(),
        new.organisation.uuid(),
        new.organisation_name,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(created)
}

pub(crate) async fn password_challenge(tx: &mut ReadTx, email: &Email) -> Result<String, Error> {
    let parameters = sqlx::query_scalar!(
        r#"select identity.password_challenge($1) as "parameters!""#,
        email.as_str()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(parameters)
}

/// Seconds to wait, or 0 where [`sign_in`] may look once this transaction has been committed.
pub(crate) async fn count_sign_in(
    tx: &mut WriteTx,
    email: &Email,
    proof: &Proof,
    session: &NewSession,
) -> Result<u32, Error> {
    let wait = sqlx::query_scalar!(
        r#"select identity.count_sign_in($1, $2, $3, $4, $5) as "wait!""#,
        email.as_str(),
        proof.expose(),
        session.id.uuid(),
        session.device_hash.as_slice(),
        session.is_device_kept,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(u32::try_from(wait).unwrap_or(1))
}

/// Nobody where the password was wrong. `renewed` is the same at today's cost.
pub(crate) async fn sign_in(
    tx: &mut WriteTx,
    email: &Email,
    proof: &Proof,
    renewed: Option<&Chosen>,
    session: &NewSession,
) -> Result<Option<SignedIn>, Error> {
    let row = sqlx::query!(
        r#"select user_id as "user!", org_id as "organisation!"
             from identity.sign_in($1, $2, row($3, $4, $5, $6, $7, $8)::identity.new_session, $9, $10, $11)"#,
        email.as_str(),
        proof.expose(),
        session.id.uuid(),
        session.hash.as_bytes(),
        &session.client,
        &session.address,
        session.device_hash.as_slice(),
        seconds(SESSION_LIFETIME),
        session.is_device_kept,
        renewed.map(|chosen| chosen.parameters.as_str()),
        renewed.map(|chosen| chosen.proof.expose().as_slice()),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| SignedIn {
        user: row.user.into(),
        organisation: row.organisation.into(),
    }))
}

pub(crate) async fn use_sign_in_link(
    tx: &mut WriteTx,
    link: &TokenHash,
    session: &NewSession,
) -> Result<Option<SignedIn>, Error> {
    let row = sqlx::query!(
        r#"select user_id as "user_id!", org_id as "org_id!"
             from identity.use_sign_in_link($1, row($2, $3, $4, $5, $6, $7)::identity.new_session)"#,
        link.as_bytes(),
        session.id.uuid(),
        session.hash.as_bytes(),
        session.client,
        session.address,
        session.device_hash.as_slice(),
        seconds(SESSION_LIFETIME),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| SignedIn {
        user: row.user_id.into(),
        organisation: row.org_id.into(),
    }))
}

pub(crate) async fn show_sign_in_link(
    tx: &mut ReadTx,
    link: &TokenHash,
) -> Result<Option<SignInLinkFace>, Error> {
    let row = sqlx::query!(
        r#"select person_name as "person_name!", org_name as "org_name!", expires_at as "expires_at!"
             from identity.sign_in_link($1)"#,
        link.as_bytes(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| SignInLinkFace {
        name: row.person_name,
        organisation: row.org_name,
        expires_at: row.expires_at,
    }))
}

pub(crate) async fn add_sign_in_link(
    tx: &mut WriteTx,
    principal: &Principal,
    hash: &[u8; 32],
    lifetime: Duration,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into identity.links (org_id, kind, user_id, token_hash, expires_at)
         values ($1, 'sign_in', $2, $3, now() + make_interval(secs => $4))",
        principal.organisation.uuid(),
        principal.user.uuid(),
        hash,
        f64::from(seconds(lifetime)),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn principal(tx: &mut ReadTx) -> Result<Principal, Error> {
    let row = sqlx::query!(
        r#"select ctx.kind() as "kind!", ctx.principal() as "credential!", u.id, u.name, identity.own_address() as "email!",
                  o.id as org_id, o.name as org_name, m.role, m.level, r.name as "custom_role?",
                  ctx.permissions() as "permissions!", ctx.is_recent() as "is_recent!",
                  u.email_verified_at is not null as "is_verified!"
             from identity.memberships m
             join identity.users u on u.id = m.user_id
             join identity.organisations o on o.id = m.org_id
             left join access.roles r on r.org_id = m.org_id and r.id = m.role_id
            where m.org_id = (select ctx.org()) and m.user_id = (select ctx.person())"#
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::Unauthenticated)?;
    Ok(Principal {
        kind: PrincipalKind::parse(&row.kind).ok_or(Error::Unauthenticated)?,
        credential: row.credential,
        user: row.id.into(),
        name: row.name,
        email: row.email,
        organisation: row.org_id.into(),
        organisation_name: row.org_name,
        role: row.role,
        custom_role: row.custom_role,
        permissions: row.permissions,
        is_recent: row.is_recent,
        is_verified: row.is_verified,
        level: row.level,
    })
}

pub(crate) async fn members(tx: &mut ReadTx) -> Result<Vec<Member>, Error> {
    let rows = sqlx::query!(
        r#"select m.user_id, u.name, a.email as "email!", m.role, m.level, m.created_at,
                  m.role_id, r.name as "custom_role?",
                  u.email_verified_at is not null as "is_verified!",
                  exists (select from identity.provisioned p
                           where p.org_id = m.org_id and p.user_id = m.user_id and p.ended_at is null) as "is_provisioned!"
           from identity.memberships m
           join identity.users u on u.id = m.user_id
           join identity.addresses() a on a.user_id = m.user_id
           left join access.roles r on r.org_id = m.org_id and r.id = m.role_id
          where m.removed_at is null
          order by m.created_at, m.user_id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Member {
            user: row.user_id.into(),
            name: row.name,
            email: row.email,
            role: row.role,
            level: row.level,
            custom_role: row.role_id.map(RoleId::from).zip(row.custom_role),
            joined_at: row.created_at,
            is_provisioned: row.is_provisioned,
            is_verified: row.is_verified,
        })
        .collect())
}

pub(crate) async fn sessions(tx: &mut ReadTx) -> Result<Vec<SessionRow>, Error> {
    let rows = sqlx::query!(
        r#"select id as "id!", client as "client!", address as "address!", created_at as "created_at!",
                  expires_at as "expires_at!", org_id, org_name
             from identity.own_sessions()"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionRow {
            id: row.id.into(),
            client: row.client,
            address: row.address,
            created_at: row.created_at,
            expires_at: row.expires_at,
            organisation: row.org_id.map(OrganisationId::from).zip(row.org_name),
        })
        .collect())
}

pub(crate) async fn is_own_session(tx: &mut ReadTx) -> Result<bool, Error> {
    let own = sqlx::query_scalar!(r#"select identity.is_own() as "own!""#);
    Ok(own.fetch_one(&mut **tx).await?)
}

pub(crate) async fn end_session(tx: &mut WriteTx, session: SessionId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.end_own_session($1) as "ended!""#,
        session.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn second_factors(tx: &mut ReadTx) -> Result<SecondFactors, Error> {
    let row = sqlx::query!(
        r#"select authenticator_since, passkeys as "passkeys!", codes_left as "codes_left!", is_required as "is_required!"
             from identity.factor_state()"#
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(SecondFactors {
        authenticator_since: row.authenticator_since,
        passkeys: row.passkeys.unsigned_abs(),
        codes_left: row.codes_left.unsigned_abs(),
        is_required: row.is_required,
    })
}

/// Seconds to wait, or 0 where somebody may look once this transaction has been committed.
pub(crate) async fn count_recovery_code(tx: &mut WriteTx, hash: &[u8]) -> Result<u32, Error> {
    let wait = sqlx::query_scalar!(
        r#"select identity.count_recovery_code($1) as "wait!""#,
        hash
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(u32::try_from(wait).unwrap_or(1))
}

pub(crate) async fn use_recovery_code(tx: &mut WriteTx, hash: &[u8]) -> Result<Proved, Error> {
    let is_right = sqlx::query_scalar!(
        r#"select identity.use_recovery_code($1) as "is_right!""#,
        hash
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(if is_right {
        Proved::Right
    } else {
        Proved::Wrong
    })
}

pub(crate) async fn replace_recovery_codes(
    tx: &mut WriteTx,
    hashes: &[Vec<u8>],
) -> Result<(), Error> {
    sqlx::query!("select identity.replace_recovery_codes($1)", hashes)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn remove_authenticator(tx: &mut WriteTx) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar!(r#"select identity.remove_authenticator() as "removed!""#)
            .fetch_one(&mut **tx)
            .await?,
    )
}

pub(crate) async fn require_second_factor(
    tx: &mut WriteTx,
    is_required: bool,
) -> Result<(), Error> {
    sqlx::query!("select identity.require_second_factor($1)", is_required)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn own_password_challenge(tx: &mut ReadTx) -> Result<String, Error> {
    sqlx::query_scalar!("select identity.own_password_challenge()")
        .fetch_one(&mut **tx)
        .await?
        .ok_or(Error::Unauthenticated)
}

/// Seconds to wait, or 0 where somebody may look once this transaction has been committed.
pub(crate) async fn count_password(
    tx: &mut WriteTx,
    proof: &Proof,
    is_change: bool,
) -> Result<u32, Error> {
    let wait = sqlx::query_scalar!(
        r#"select identity.count_password($1, $2) as "wait!""#,
        proof.expose(),
        is_change,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(u32::try_from(wait).unwrap_or(1))
}

pub(crate) async fn prove_password(tx: &mut WriteTx, proof: &Proof) -> Result<Proved, Error> {
    let is_right = sqlx::query_scalar!(
        r#"select identity.prove_password($1) as "is_right!""#,
        proof.expose()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(looked_at(is_right))
}

pub(crate) const fn looked_at(is_right: bool) -> Proved {
    if is_right {
        Proved::Right
    } else {
        Proved::Wrong
    }
}

pub(crate) async fn sign_out(tx: &mut WriteTx) -> Result<(), Error> {
    sqlx::query!("select identity.sign_out()")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
