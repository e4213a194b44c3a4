use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use crypto::digest::sha256;
use crypto::token::{TokenKind, generate};
use kernel::{AuditEntry, Scope, Secret};
use url::Url;

use super::configured::Issuer;
use super::error::IssuerError;
use super::{IssuerKind, github, saml};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, Binary, IssuerPurpose};
use crate::provider;
use crate::service::Service;
use crate::store::issuers::{self as store, Begin};

/// What is asked of every issuer: who it is, and an address.
const SCOPES: &str = "openid email profile";
const GITHUB_SCOPES: &str = "read:user user:email";

/// Begins a round trip to an issuer: answers with its page for consent.
///
/// The state is made here, and goes to the browser alone. The PKCE verifier (RFC 7636) and the nonce are made
/// of it by the database, for this process.
pub(crate) async fn begin<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (id, purpose): (&str, IssuerPurpose),
    (browser, next): (&Binary, &str),
) -> Result<Answer, BrokerError> {
    let issuer = &*provider::known(service, id).await?;
    if purpose == IssuerPurpose::Test && issuer.provider().is_none() {
        return Err(IssuerError::Unknown.into());
    }
    let origin = service.origin.as_deref().ok_or(IssuerError::NoOrigin)?;
    // An issuer that is away is told of before anything begins.
    let page = page(service, issuer).await?;
    let state = generate(TokenKind::OauthState, service.db.chance());
    let mut tx = service.db.write(scope).await?;
    let begin = Begin {
        purpose,
        issuer: issuer.config.kind.issuer(),
        provider: issuer.provider(),
        state: &sha256(state.expose().as_bytes()),
        browser: browser.as_bytes(),
        next,
    };
    let begun = store::begin(&mut tx, begin)
        .await?
        .ok_or(IssuerError::Off)?;
    if purpose == IssuerPurpose::SignIn {
        #[expect(
            clippy::disallowed_methods,
            reason = "a question opens nothing; each answer is in the audit log"
        )]
        tx.commit_silently().await?;
    } else {
        let entry = AuditEntry::new("identity.issuer_asked").with("issuer", id);
        tx.commit(entry).await?;
    }
    let url = match (issuer.saml(), &begun.request_id) {
        (Some(provider), Some(request)) => {
            let round = (origin, request.as_str(), service.db.clock().now());
            saml::ask((issuer, provider), round, (purpose, &state))
        }
        _ => authorize(page, issuer, purpose, (origin, &state, &begun)),
    };
    Ok(Answer::Authorize { url: url.into() })
}

async fn page<L: Ledger>(service: &Service<L>, issuer: &Issuer) -> Result<Url, IssuerError> {
    if let Some(provider) = issuer.saml() {
        return Ok(provider.sso_url.clone());
    }
    let now = service.db.clock().now();
    match &issuer.config.kind {
        IssuerKind::GitHub => github::authorize_at(&service.egress),
        kind => {
            let metadata = issuer
                .documents
                .metadata(&service.egress, kind.issuer(), now)
                .await?;
            let page = &metadata.authorization_endpoint;
            // A browser is sent there by a page of ours: nothing but the web.
            if matches!(page.scheme(), "https" | "http") {
                Ok(page.clone())
            } else {
                Err(IssuerError::Metadata("its page for consent is no page"))
            }
        }
    }
}

fn authorize(
    mut page: Url,
    issuer: &Issuer,
    purpose: IssuerPurpose,
    (origin, state, begun): (&str, &Secret<String>, &store::Begun),
) -> Url {
    let challenge = sha256(begun.verifier.expose().as_bytes());
    let mut query = page.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &issuer.config.client_id)
        .append_pair("redirect_uri", &issuer.redirect_uri(origin))
        .append_pair("state", state.expose())
        .append_pair("code_challenge", &BASE64_URL_SAFE_NO_PAD.encode(challenge))
        .append_pair("code_challenge_method", "S256");
    if issuer.config.kind == IssuerKind::GitHub {
        query.append_pair("scope", GITHUB_SCOPES);
    } else {
        query
            .append_pair("scope", SCOPES)
            .append_pair("nonce", begun.nonce.expose());
    }
    if purpose == IssuerPurpose::Prove {
        // OpenID Connect Core 3.1.2.1: ask the person anew, and say when.
        query
            .append_pair("prompt", "login")
            .append_pair("max_age", "0");
    }
    drop(query);
    page
}
