//! Identity providers of organisations: what it takes to ask one, and what it said of people.

use db::{Error, ReadTx, WriteTx};
use kernel::{DomainId, OrganisationId, ProviderId, ProviderIdentityId, Secret, TokenHash, UserId};
use time::OffsetDateTime;

use super::issuers::{Begin, Begun, SaidRow, SignedIn, linked_as, proved_as, word};
use super::{DataKeyRow, SecretRow};
use crate::issuer::IssuerError;
use crate::protocol::{DomainState, SessionToBegin};

/// What it takes to ask a provider.
#[derive(Debug)]
pub(crate) struct ProviderRow {
    pub(crate) organisation: OrganisationId,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) domains: Vec<String>,
    /// Where people are sent, and whose keys sign (DER): SAML alone.
    pub(crate) saml: Option<(String, Vec<Vec<u8>>)>,
    pub(crate) secret: Option<(SecretRow, DataKeyRow)>,
}

/// What DNS is asked about a domain.
#[derive(Debug)]
pub(crate) struct DomainRow {
    pub(crate) domain: String,
    pub(crate) challenge: String,
    /// That of another organisation that has the domain.
    pub(crate) rival: Option<String>,
}

pub(crate) async fn to_ask(tx: &mut ReadTx, id: ProviderId) -> Result<Option<ProviderRow>, Error> {
    let row = sqlx::query!(
        r#"select org_id as "org_id!", issuer as "issuer!", client_id, domains as "domains!",
                  sso_url, certificates as "certificates!", sealed, version, key_id, wrapped_by, wrapped
             from identity.provider_to_ask($1)"#,
        id.uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let secret = match (
        row.sealed,
        row.version,
        row.key_id,
        row.wrapped_by,
        row.wrapped,
    ) {
        (Some(sealed), Some(version), Some(key_id), Some(wrapped_by), Some(wrapped)) => {
            let id = key_id.clone();
            let secret = SecretRow {
                version,
                key_id,
                sealed,
            };
            let key = DataKeyRow {
                id,
                wrapped_by,
                wrapped,
            };
            Some((secret, key))
        }
        _ => None,
    };
    Ok(Some(ProviderRow {
        organisation: row.org_id.into(),
        issuer: row.issuer,
        client_id: row.client_id.unwrap_or_default(),
        domains: row.domains,
        saml: row.sso_url.map(|url| (url, row.certificates)),
        secret,
    }))
}

/// Nothing where it lets nobody in.
pub(super) async fn begin(
    tx: &mut WriteTx,
    provider: ProviderId,
    begin: Begin<'_>,
) -> Result<Option<Begun>, Error> {
    let row = sqlx::query!(
        r#"select verifier as "verifier!", nonce as "nonce!", request_id as "request_id!"
             from identity.begin_provider_attempt($1, $2, $3, $4, $5)"#,
        word(begin.purpose),
        provider.uuid(),
        begin.state.as_slice(),
        begin.browser,
        begin.next,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Begun {
        verifier: Secret::new(row.verifier),
        nonce: Secret::new(row.nonce),
        request_id: Some(row.request_id),
    }))
}

/// The ID of the request that an answer to a round trip must name.
pub(crate) async fn request_of(
    tx: &mut ReadTx,
    state: &TokenHash,
) -> Result<Option<String>, Error> {
    let id = sqlx::query_scalar!(
        "select identity.request_of_attempt($1)",
        state.as_bytes().as_slice()
    );
    Ok(id.fetch_one(&mut **tx).await?)
}

pub(crate) async fn sign_in(
    tx: &mut WriteTx,
    state: &TokenHash,
    (said, name, (new_user, new_identity)): (SaidRow<'_>, &str, (UserId, ProviderIdentityId)),
    (session, lifetime_seconds): (&SessionToBegin, i32),
) -> Result<SignedIn, Error> {
    let token = session.token.hash();
    // A label may be an address, and a person's name is shorter than that.
    let called: String = said.label.chars().take(100).collect();
    let row = sqlx::query!(
        r#"select outcome as "outcome!", person
             from identity.sign_in_by_provider($1, $2, $3, $4, $5, $6, $7, $8,
                  row($9, $10, $11, $12, $13, $14)::identity.new_session)"#,
        state.as_bytes().as_slice(),
        said.subject,
        said.label,
        if name.is_empty() { &called } else { name },
        said.email,
        said.asked_at,
        new_user.uuid(),
        new_identity.uuid(),
        session.id.uuid(),
        token.as_bytes().as_slice(),
        session.client,
        session.address,
        session.device_hash.as_bytes(),
        lifetime_seconds,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(match (row.outcome.as_str(), row.person) {
        ("signed_in", Some(person)) => SignedIn::Yes(person),
        ("off", _) => SignedIn::No(IssuerError::Off),
        ("removed", _) => SignedIn::No(IssuerError::Removed),
        ("no_address", _) => SignedIn::No(IssuerError::NoAddress),
        ("outside", _) => SignedIn::No(IssuerError::Outside),
        ("unknown", _) => SignedIn::No(IssuerError::Stranger),
        ("exists", _) => SignedIn::No(IssuerError::ProviderExists),
        _ => SignedIn::No(IssuerError::Gone),
    })
}

pub(crate) async fn link(
    tx: &mut WriteTx,
    state: &TokenHash,
    (id, subject, label): (ProviderIdentityId, &str, &str),
) -> Result<Result<(), IssuerError>, Error> {
    let linked = sqlx::query_scalar!(
        r#"select identity.link_provider_identity($1, $2, $3, $4) as "linked!""#,
        state.as_bytes().as_slice(),
        id.uuid(),
        subject,
        label,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(linked_as(&linked))
}

pub(crate) async fn prove(
    tx: &mut WriteTx,
    state: &TokenHash,
    (subject, asked_at): (&str, Option<OffsetDateTime>),
) -> Result<Result<(), IssuerError>, Error> {
    let proved = sqlx::query_scalar!(
        r#"select identity.prove_by_provider($1, $2, $3) as "proved!""#,
        state.as_bytes().as_slice(),
        subject,
        asked_at,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(proved_as(&proved))
}

pub(crate) async fn tested(
    tx: &mut WriteTx,
    state: &TokenHash,
) -> Result<Result<(), IssuerError>, Error> {
    let tested = sqlx::query_scalar!(
        r#"select identity.provider_tested($1) as "tested!""#,
        state.as_bytes().as_slice(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(if tested == "tested" {
        Ok(())
    } else {
        Err(IssuerError::Gone)
    })
}

/// The organisation that keeps the provider's secret, where whoever is bound may set it.
pub(crate) async fn secret_kept(
    tx: &mut WriteTx,
    id: ProviderId,
) -> Result<Option<OrganisationId>, Error> {
    let org = sqlx::query_scalar!("select identity.provider_secret_kept($1)", id.uuid())
        .fetch_one(&mut **tx)
        .await?;
    Ok(org.map(Into::into))
}

pub(crate) async fn domain_to_check(
    tx: &mut ReadTx,
    id: DomainId,
) -> Result<Option<DomainRow>, Error> {
    let row = sqlx::query!(
        r#"select domain as "domain!", challenge as "challenge!", rival_challenge
             from identity.domain_to_check($1)"#,
        id.uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| DomainRow {
        domain: row.domain,
        challenge: row.challenge,
        rival: row.rival_challenge,
    }))
}

/// A domain that DNS is asked about without anybody asking.
#[derive(Debug)]
pub(crate) struct DueDomain {
    organisation: OrganisationId,
    id: DomainId,
    pub(crate) domain: String,
    pub(crate) challenge: String,
}

pub(crate) async fn next_domain(tx: &mut WriteTx) -> Result<Option<DueDomain>, Error> {
    let row = sqlx::query!(
        r#"select org_id as "org_id!", domain_id as "domain_id!", domain as "domain!", challenge as "challenge!"
             from identity.next_domain()"#
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| DueDomain {
        organisation: row.org_id.into(),
        id: row.domain_id.into(),
        domain: row.domain,
        challenge: row.challenge,
    }))
}

pub(crate) async fn domain_rechecked(
    tx: &mut WriteTx,
    it: &DueDomain,
    is_found: bool,
) -> Result<(), Error> {
    sqlx::query_scalar!(
        "select identity.domain_rechecked($1, $2, $3)",
        it.organisation.uuid(),
        it.id.uuid(),
        is_found,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

pub(crate) async fn domain_checked(
    tx: &mut WriteTx,
    id: DomainId,
    (is_found, is_rival_found): (bool, Option<bool>),
) -> Result<DomainState, Error> {
    let state = sqlx::query_scalar!(
        r#"select identity.domain_checked($1, $2, $3) as "state!""#,
        id.uuid(),
        is_found,
        is_rival_found,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(match state.as_str() {
        "verified" => DomainState::Verified,
        "held" => DomainState::Held,
        "failing" => DomainState::Failing,
        _ => DomainState::Missing,
    })
}
