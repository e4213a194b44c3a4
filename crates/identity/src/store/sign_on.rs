//! Single sign-on of organisations: what admins set up, and where people are sent.

use db::{Error, ReadTx, WriteTx};
use kernel::{DomainId, ProviderId, ProviderIdentityId};

use crate::{
    Domain, LinkedProvider, Provider, ProviderCertificate, ProviderFace, ProviderIdentity,
    ProviderKind, host_of,
};

pub(crate) struct NewRow<'a> {
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) client_id: Option<&'a str>,
    pub(crate) sso_url: Option<&'a str>,
    pub(crate) certificates: &'a [Vec<u8>],
    pub(crate) makes_accounts: bool,
    pub(crate) level: i32,
}

pub(crate) async fn domains(tx: &mut ReadTx) -> Result<Vec<Domain>, Error> {
    let rows = sqlx::query!(
        "select id, domain, challenge, checked_at, verified_at, missing_since from identity.domains order by domain"
    )
    .fetch_all(&mut **tx)
    .await?;
    let shown = rows.into_iter().map(|row| Domain {
        id: row.id.into(),
        name: row.domain,
        challenge: row.challenge,
        checked_at: row.checked_at,
        verified_at: row.verified_at,
        missing_since: row.missing_since,
    });
    Ok(shown.collect())
}

pub(crate) async fn providers(tx: &mut ReadTx) -> Result<Vec<Provider>, Error> {
    let rows = sqlx::query!(
        "select id, kind, name, issuer, client_id, secret_kept_at, makes_accounts, level, certificates,
                tested_at, turned_on_at
           from identity.providers order by created_at, id"
    )
    .fetch_all(&mut **tx)
    .await?;
    let shown = rows.into_iter().map(|row| Provider {
        id: row.id.into(),
        kind: if row.kind == "saml" {
            ProviderKind::Saml
        } else {
            ProviderKind::Oidc
        },
        name: row.name,
        issuer: row.issuer,
        client_id: row.client_id,
        secret_kept_at: row.secret_kept_at,
        makes_accounts: row.makes_accounts,
        level: row.level,
        certificates: row
            .certificates
            .iter()
            .filter_map(|der| ProviderCertificate::of(der))
            .collect(),
        tested_at: row.tested_at,
        turned_on_at: row.turned_on_at,
    });
    Ok(shown.collect())
}

/// Whether members must come by the provider, and what the next one is called.
pub(crate) async fn rules(tx: &mut ReadTx) -> Result<(bool, ProviderId), Error> {
    let row = sqlx::query!(
        "select requires_sso, next_provider from identity.organisations where id = (select ctx.org())"
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.requires_sso, row.next_provider.into()))
}

/// 'added', 'exists' or 'many'.
pub(crate) async fn add_domain(
    tx: &mut WriteTx,
    id: DomainId,
    name: &str,
) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.add_domain($1, $2) as "added!""#,
        id.uuid(),
        name
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn remove_domain(tx: &mut WriteTx, id: DomainId) -> Result<Option<String>, Error> {
    Ok(
        sqlx::query_scalar!("select identity.remove_domain($1)", id.uuid())
            .fetch_one(&mut **tx)
            .await?,
    )
}

/// Nothing where there are too many.
pub(crate) async fn add_provider(
    tx: &mut WriteTx,
    row: NewRow<'_>,
) -> Result<Option<ProviderId>, Error> {
    let id = sqlx::query_scalar!(
        "select identity.add_provider($1, $2, $3, $4, $5, $6, $7, $8)",
        row.kind,
        row.name,
        row.issuer,
        row.client_id,
        row.sso_url,
        row.certificates,
        row.makes_accounts,
        row.level,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(id.map(Into::into))
}

/// 'added', 'there', 'many' or 'gone'.
pub(crate) async fn add_certificate(
    tx: &mut WriteTx,
    id: ProviderId,
    der: &[u8],
) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.add_certificate($1, $2) as "added!""#,
        id.uuid(),
        der
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// 'removed', 'last' or 'gone'.
pub(crate) async fn remove_certificate(
    tx: &mut WriteTx,
    id: ProviderId,
    fingerprint: &[u8],
) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.remove_certificate($1, $2) as "removed!""#,
        id.uuid(),
        fingerprint
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// 'on', 'untested' or 'gone'.
pub(crate) async fn turn_on(tx: &mut WriteTx, id: ProviderId) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.turn_on_provider($1) as "on!""#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn turn_off(tx: &mut WriteTx, id: ProviderId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.turn_off_provider($1) as "off!""#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// 'removed', 'on' or 'gone'.
pub(crate) async fn remove_provider(tx: &mut WriteTx, id: ProviderId) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.remove_provider($1) as "removed!""#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// 'set' or 'off'.
pub(crate) async fn require(tx: &mut WriteTx, is_required: bool) -> Result<String, Error> {
    Ok(
        sqlx::query_scalar!(r#"select identity.require_sso($1) as "set!""#, is_required)
            .fetch_one(&mut **tx)
            .await?,
    )
}

pub(crate) async fn provider_of(
    tx: &mut ReadTx,
    domain: &str,
) -> Result<Option<ProviderId>, Error> {
    let id = sqlx::query_scalar!("select identity.provider_of_domain($1)", domain)
        .fetch_one(&mut **tx)
        .await?;
    Ok(id.map(Into::into))
}

pub(crate) async fn provider_face(
    tx: &mut ReadTx,
    id: ProviderId,
) -> Result<Option<ProviderFace>, Error> {
    let row = sqlx::query!(
        r#"select name as "name!", address as "address!", has_domain as "has_domain!"
             from identity.provider_face($1)"#,
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| ProviderFace {
        id,
        name: row.name,
        host: host_of(&row.address),
        has_domain: row.has_domain,
    }))
}

pub(crate) async fn linked(tx: &mut ReadTx) -> Result<Option<LinkedProvider>, Error> {
    let row = sqlx::query!(
        r#"select p.provider as "provider!", p.name as "name!", i.id as "id?", i.label as "label?",
                  i.created_at as "created_at?", coalesce(identity.is_own(), true) as "is_own!"
             from identity.own_provider() p
             left join identity.provider_identities i on i.provider_id = p.provider"#
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| LinkedProvider {
        id: row.provider.into(),
        name: row.name,
        identity: row
            .id
            .zip(row.label)
            .zip(row.created_at)
            .map(|((id, label), created_at)| ProviderIdentity {
                id: id.into(),
                label,
                created_at,
            }),
        is_own_session: row.is_own,
    }))
}

pub(crate) async fn unlink(tx: &mut WriteTx, id: ProviderIdentityId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.unlink_provider_identity($1) as "unlinked!""#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}
