//! Providers of SAML 2.0. Nothing leaves for them: the browser carries the request there, and the answer back.

use ::saml::AuthnRequest;
use ::saml::metadata::Provider;
use ::saml::response::{Assertion, Expected, check};
use db::Error;
use kernel::{Scope, Secret, TokenHash, sign_on_door};
use time::OffsetDateTime;
use url::Url;

use super::IssuerError;
use super::address::Vouched;
use super::configured::Issuer;
use super::said::Said;
use crate::ledger::Ledger;
use crate::protocol::IssuerPurpose;
use crate::service::Service;
use crate::store::providers as store;

/// Where the browser asks: the request's ID and its `RelayState` are both of one state.
pub(super) fn ask(
    (issuer, provider): (&Issuer, &Provider),
    (origin, request_id, now): (&str, &str, OffsetDateTime),
    (purpose, state): (IssuerPurpose, &Secret<String>),
) -> Url {
    let (entity_id, acs) = addresses(issuer, origin);
    let request = AuthnRequest {
        id: request_id,
        now,
        sp_entity_id: &entity_id,
        acs_url: &acs,
        sso_url: &provider.sso_url,
        is_fresh: purpose == IssuerPurpose::Prove,
    };
    request.url(state.expose())
}

/// The ID of the request that a state was sent with.
pub(super) async fn request_id<L: Ledger>(
    service: &Service<L>,
    state: &TokenHash,
) -> Result<Option<String>, Error> {
    let mut tx = service.db.read(&Scope::Anonymous).await?;
    store::request_of(&mut tx, state).await
}

/// What a provider says of whoever came back, if its response is one to that request.
pub(super) fn say(
    (issuer, provider): (&Issuer, &Provider),
    (origin, request_id, now): (&str, &str, OffsetDateTime),
    response: Option<&str>,
) -> Result<Said, IssuerError> {
    let (entity_id, acs) = addresses(issuer, origin);
    let expected = Expected {
        request_id,
        acs_url: &acs,
        sp_entity_id: &entity_id,
        idp_entity_id: &provider.entity_id,
        certificates: &provider.certificates,
        now,
    };
    let response = response.ok_or(IssuerError::Lacks("a response"))?;
    Ok(said(issuer, check(response, &expected)?))
}

/// Who we are to a provider, and where it posts its answer: one address for each.
fn addresses(issuer: &Issuer, origin: &str) -> (String, String) {
    let door = format!("{origin}{}", sign_on_door(&issuer.config.id));
    (format!("{door}/metadata"), format!("{door}/acs"))
}

fn said(issuer: &Issuer, assertion: Assertion) -> Said {
    let mail = assertion.mail.as_ref().or(assertion.subject.mail());
    let mail = mail.map(String::as_str);
    let name = assertion.display_name.as_deref();
    Said {
        label: Said::label([mail, name, None], &assertion.subject.name),
        name: Said::name(name),
        vouched: mail.and_then(|mail| Vouched::new(&issuer.config.kind, mail, None)),
        asked_at: Some(assertion.authenticated_at),
        session_ends: assertion.session_ends,
        subject: assertion.subject.name,
    }
}
