//! Round trips to other issuers, and what those say of people.

use db::{Error, WriteTx};
use kernel::{IdentityId, ProviderId, Secret, TokenHash};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::issuer::IssuerError;
use crate::protocol::{IssuerPurpose, SessionToBegin};

/// What a round trip begins with.
#[derive(Debug)]
pub(crate) struct Begin<'a> {
    pub(crate) purpose: IssuerPurpose,
    pub(crate) issuer: &'a str,
    /// Of an organisation's, which.
    pub(crate) provider: Option<ProviderId>,
    pub(crate) state: &'a [u8; 32],
    pub(crate) browser: &'a [u8],
    pub(crate) next: &'a str,
}

/// What the database makes of its state.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) verifier: Secret<String>,
    pub(crate) nonce: Secret<String>,
    /// The ID of a request of SAML; of providers alone.
    pub(crate) request_id: Option<String>,
}

/// A round trip that somebody came back from.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) purpose: IssuerPurpose,
    pub(crate) verifier: Secret<String>,
    pub(crate) nonce: Secret<String>,
    pub(crate) next: String,
}

#[derive(Debug)]
pub(crate) enum Taken {
    Yes(Attempt),
    /// Another browser's, session's or issuer's.
    Foreign,
    /// Used, expired, or never begun.
    Gone,
}

/// What an issuer says of whoever came back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SaidRow<'a> {
    pub(crate) subject: &'a str,
    pub(crate) label: &'a str,
    pub(crate) email: Option<&'a str>,
    pub(crate) has_authority: bool,
    pub(crate) asked_at: Option<OffsetDateTime>,
}

#[derive(Debug)]
pub(crate) enum SignedIn {
    Yes(Uuid),
    /// Nobody is known by it, and the address is free.
    New,
    No(IssuerError),
}

/// Nothing where the organisation's provider lets nobody in.
pub(crate) async fn begin(tx: &mut WriteTx, begin: Begin<'_>) -> Result<Option<Begun>, Error> {
    if let Some(provider) = begin.provider {
        return super::providers::begin(tx, provider, begin).await;
    }
    let row = sqlx::query!(
        r#"select verifier as "verifier!", nonce as "nonce!"
             from identity.begin_issuer_attempt($1, $2, $3, $4, $5)"#,
        word(begin.purpose),
        begin.issuer,
        begin.state.as_slice(),
        begin.browser,
        begin.next,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Some(Begun {
        verifier: Secret::new(row.verifier),
        nonce: Secret::new(row.nonce),
        request_id: None,
    }))
}

pub(crate) async fn take(
    tx: &mut WriteTx,
    (state, browser, issuer): (&TokenHash, &[u8], &str),
    session: Option<&[u8]>,
) -> Result<Taken, Error> {
    let row = sqlx::query!(
        r#"select outcome as "outcome!", purpose, verifier, nonce, next
             from identity.take_issuer_attempt($1, $2, $3, $4)"#,
        state.as_bytes().as_slice(),
        browser,
        issuer,
        session,
    )
    .fetch_one(&mut **tx)
    .await?;
    if row.outcome == "foreign" {
        return Ok(Taken::Foreign);
    }
    let purpose = row.purpose.as_deref().and_then(purpose);
    let (Some(purpose), Some(verifier), Some(nonce), Some(next)) =
        (purpose, row.verifier, row.nonce, row.next)
    else {
        return Ok(Taken::Gone);
    };
    Ok(Taken::Yes(Attempt {
        purpose,
        verifier: Secret::new(verifier),
        nonce: Secret::new(nonce),
        next,
    }))
}

pub(crate) async fn sign_in(
    tx: &mut WriteTx,
    state: &TokenHash,
    said: SaidRow<'_>,
    session: &SessionToBegin,
) -> Result<SignedIn, Error> {
    let token = session.token.hash();
    let row = sqlx::query!(
        r#"select outcome as "outcome!", person
             from identity.sign_in_by_issuer($1, $2, $3, $4, $5, $6,
                  row($7, $8, $9, $10, $11, $12)::identity.new_session)"#,
        state.as_bytes().as_slice(),
        said.subject,
        said.label,
        said.email,
        said.has_authority,
        said.asked_at,
        session.id.uuid(),
        token.as_bytes().as_slice(),
        session.client,
        session.address,
        session.device_hash.as_bytes(),
        session.lifetime_seconds,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(match (row.outcome.as_str(), row.person) {
        ("signed_in", Some(person)) => SignedIn::Yes(person),
        ("new", _) => SignedIn::New,
        ("unverified", _) => SignedIn::No(IssuerError::Unverified),
        ("exists", _) => SignedIn::No(IssuerError::Exists),
        _ => SignedIn::No(IssuerError::Gone),
    })
}

pub(crate) async fn link(
    tx: &mut WriteTx,
    state: &TokenHash,
    (id, subject, label): (IdentityId, &str, &str),
) -> Result<Result<(), IssuerError>, Error> {
    let linked = sqlx::query_scalar!(
        r#"select identity.link_identity($1, $2, $3, $4) as "linked!""#,
        state.as_bytes().as_slice(),
        id.uuid(),
        subject,
        label,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(linked_as(&linked))
}

/// What the database said of an account elsewhere that somebody links.
pub(super) fn linked_as(outcome: &str) -> Result<(), IssuerError> {
    match outcome {
        "linked" => Ok(()),
        "yours" => Err(IssuerError::Yours),
        "taken" => Err(IssuerError::Taken),
        "full" => Err(IssuerError::Full),
        "other" => Err(IssuerError::LinkedOther),
        _ => Err(IssuerError::Gone),
    }
}

pub(crate) async fn prove(
    tx: &mut WriteTx,
    state: &TokenHash,
    (subject, asked_at): (&str, Option<OffsetDateTime>),
) -> Result<Result<(), IssuerError>, Error> {
    let proved = sqlx::query_scalar!(
        r#"select identity.prove_by_issuer($1, $2, $3) as "proved!""#,
        state.as_bytes().as_slice(),
        subject,
        asked_at,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(proved_as(&proved))
}

/// What it said of somebody who proves anew who they are.
pub(super) fn proved_as(outcome: &str) -> Result<(), IssuerError> {
    match outcome {
        "proved" => Ok(()),
        "stale" => Err(IssuerError::Stale),
        "other" => Err(IssuerError::Other),
        _ => Err(IssuerError::Gone),
    }
}

pub(super) const fn word(purpose: IssuerPurpose) -> &'static str {
    match purpose {
        IssuerPurpose::SignIn => "sign_in",
        IssuerPurpose::Link => "link",
        IssuerPurpose::Prove => "prove",
        IssuerPurpose::Test => "test",
    }
}

fn purpose(word: &str) -> Option<IssuerPurpose> {
    match word {
        "sign_in" => Some(IssuerPurpose::SignIn),
        "link" => Some(IssuerPurpose::Link),
        "prove" => Some(IssuerPurpose::Prove),
        "test" => Some(IssuerPurpose::Test),
        _ => None,
    }
}
