use ::saml::metadata::Provider;
use ::saml::response::ResponseError;
use crypto::token::{TokenKind, hash};
use kernel::{AuditEntry, IdentityId, ProviderIdentityId, Scope, Secret, TokenHash, UserId};
use time::OffsetDateTime;

use super::configured::{Issuer, Whose};
use super::error::IssuerError;
use super::said::Said;
use super::{IssuerKind, github, oidc, saml};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, IssuerFinished, IssuerPurpose, IssuerReturned, ProviderSaid};
use crate::provider;
use crate::service::Service;
use crate::store::issuers::{self as store, Attempt, SignedIn, Taken};
use crate::store::providers;

/// What came back from an issuer, and what was kept for it.
pub(super) struct Round<'a> {
    pub(super) code: &'a Secret<String>,
    pub(super) verifier: Secret<String>,
    pub(super) nonce: Secret<String>,
    pub(super) redirect_uri: String,
    pub(super) now: OffsetDateTime,
}

/// Ends a round trip: uses the state up, has the issuer say who came back, and tells the database.
pub(crate) async fn finish<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    returned: IssuerReturned,
) -> Result<Answer, BrokerError> {
    let issuer = &*provider::known(service, &returned.issuer).await?;
    let state = hash(TokenKind::OauthState, &returned.state).map_err(|_| IssuerError::Gone)?;
    let trip = Trip {
        service,
        scope,
        issuer,
        state,
        returned: &returned,
    };
    match trip.end().await {
        Ok(finished) => Ok(Answer::IssuerFinished(finished)),
        Err(error) => {
            tell_refused(service, issuer, &error).await?;
            Err(error)
        }
    }
}

/// Uses the state up, before anything leaves: a second try with it finds nothing.
async fn take<L: Ledger>(
    service: &Service<L>,
    issuer: &Issuer,
    (scope, state): (&Scope, &TokenHash),
    returned: &IssuerReturned,
) -> Result<Attempt, BrokerError> {
    let session = match scope {
        Scope::Session(hash) | Scope::LoneSession(hash) => Some(hash.as_bytes().as_slice()),
        _ => None,
    };
    let mut tx = service.db.write(&Scope::Anonymous).await?;
    let of = issuer.place();
    let browser = returned.browser.as_bytes();
    let taken = store::take(&mut tx, (state, browser, &of), session).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "what comes of it is told, right or wrong"
    )]
    tx.commit_silently().await?;
    match taken {
        Taken::Yes(attempt) => Ok(attempt),
        Taken::Foreign => Err(IssuerError::Foreign.into()),
        Taken::Gone => Err(IssuerError::Gone.into()),
    }
}

async fn said<L: Ledger>(
    service: &Service<L>,
    issuer: &Issuer,
    attempt: &Attempt,
    returned: &IssuerReturned,
) -> Result<Said, IssuerError> {
    let (egress, now) = (&service.egress, service.db.clock().now());
    check_issuer(service, issuer, (returned.iss.as_deref(), now)).await?;
    let code = match (&returned.error, &returned.code) {
        (Some(error), _) if error == "access_denied" => return Err(IssuerError::SaidNo),
        (Some(_), _) => return Err(IssuerError::Refused("other".to_owned())),
        (None, Some(code)) => Secret::new(code.clone()),
        (None, None) => return Err(IssuerError::Lacks("a code")),
    };
    let origin = service.origin.as_deref().ok_or(IssuerError::NoOrigin)?;
    let round = Round {
        code: &code,
        verifier: Secret::new(attempt.verifier.expose().clone()),
        nonce: Secret::new(attempt.nonce.expose().clone()),
        redirect_uri: issuer.redirect_uri(origin),
        now,
    };
    match issuer.config.kind {
        IssuerKind::GitHub => github::say(egress, issuer, &round).await,
        _ => oidc::say(egress, issuer, &round).await,
    }
}

/// By the response that the browser carried here: no provider is called.
async fn by_saml<L: Ledger>(
    service: &Service<L>,
    who: (&Issuer, &Provider),
    state: &TokenHash,
    returned: &IssuerReturned,
) -> Result<Said, BrokerError> {
    let origin = service.origin.as_deref().ok_or(IssuerError::NoOrigin)?;
    let request = saml::request_id(service, state).await?;
    let request = request.ok_or(IssuerError::Gone)?;
    let round = (origin, request.as_str(), service.db.clock().now());
    Ok(saml::say(who, round, returned.saml.as_deref())?)
}

/// RFC 9207 2.4: an answer in another issuer's name is a mix-up, and one without a name is where this issuer
/// always gives it.
async fn check_issuer<L: Ledger>(
    service: &Service<L>,
    issuer: &Issuer,
    (iss, now): (Option<&str>, OffsetDateTime),
) -> Result<(), IssuerError> {
    let name = issuer.config.kind.issuer();
    let is_own = match (&issuer.config.kind, iss) {
        (IssuerKind::GitHub, iss) => iss.is_none_or(|iss| github::is_own(&service.egress, iss)),
        (_, Some(iss)) => iss == name,
        (_, None) => {
            let metadata = issuer.documents.metadata(&service.egress, name, now);
            !metadata
                .await?
                .authorization_response_iss_parameter_supported
        }
    };
    if is_own {
        Ok(())
    } else {
        Err(IssuerError::MixedUp)
    }
}

/// A round trip whose issuer has spoken.
struct Trip<'a, L> {
    service: &'a Service<L>,
    scope: &'a Scope,
    issuer: &'a Issuer,
    state: TokenHash,
    returned: &'a IssuerReturned,
}

impl<L: Ledger> Trip<'_, L> {
    async fn end(&self) -> Result<IssuerFinished, BrokerError> {
        let at = (self.scope, &self.state);
        let attempt = take(self.service, self.issuer, at, self.returned).await?;
        let said = match self.issuer.saml() {
            Some(provider) => {
                let by = (self.issuer, provider);
                by_saml(self.service, by, &self.state, self.returned).await?
            }
            None => said(self.service, self.issuer, &attempt, self.returned).await?,
        };
        self.told(&attempt, &said).await
    }

    async fn told(&self, attempt: &Attempt, said: &Said) -> Result<IssuerFinished, BrokerError> {
        let next = attempt.next.clone();
        match attempt.purpose {
            IssuerPurpose::SignIn => self.sign_in(said, next).await,
            IssuerPurpose::Link => self.link(said, next).await,
            IssuerPurpose::Prove => self.prove(said, next).await,
            IssuerPurpose::Test => self.test(said).await,
        }
    }

    async fn test(&self, said: &Said) -> Result<IssuerFinished, BrokerError> {
        let mut tx = self.service.db.write(self.scope).await?;
        // Whoever may not manage it any more has nothing written, and nothing told.
        providers::tested(&mut tx, &self.state).await??;
        let entry = AuditEntry::new("identity.provider_tested");
        tx.commit(entry.with("issuer", self.issuer.config.id.as_str()))
            .await?;
        Ok(IssuerFinished::Tested(ProviderSaid {
            subject: said.subject.clone(),
            label: said.label.clone(),
            email: said.vouched.as_ref().map(|vouched| vouched.email.clone()),
            is_own_domain: said
                .vouched
                .as_ref()
                .is_some_and(|vouched| vouched.has_authority),
            asked_at: said.asked_at,
        }))
    }

    async fn sign_in(&self, said: &Said, next: String) -> Result<IssuerFinished, BrokerError> {
        let mut tx = self.service.db.write(&Scope::Anonymous).await?;
        let session = &self.returned.session;
        let signed_in = match self.issuer.whose {
            Whose::Server => store::sign_in(&mut tx, &self.state, said_row(said), session).await?,
            Whose::Organisation(..) => {
                let db = &self.service.db;
                let new = (
                    UserId::new(db.clock().now(), db.chance()),
                    ProviderIdentityId::new(db.clock().now(), db.chance()),
                );
                let lifetime = said.lifetime(session.lifetime_seconds, db.clock().now());
                let lifetime = lifetime.ok_or(IssuerError::Saml(ResponseError::Expired))?;
                let who = (said_row(said), said.name.as_str(), new);
                providers::sign_in(&mut tx, &self.state, who, (session, lifetime)).await?
            }
        };
        match signed_in {
            SignedIn::Yes(person) => {
                let person = UserId::from(person);
                let entry = AuditEntry::about("identity.signed_in_by_issuer", person)
                    .with("session", session.id.to_string())
                    .with("issuer", self.issuer.config.id.as_str());
                tx.commit(entry).await?;
                Ok(IssuerFinished::SignedIn { next })
            }
            SignedIn::New => {
                let entry = AuditEntry::new("identity.issuer_newcomer")
                    .with("issuer", self.issuer.config.id.as_str());
                tx.commit(entry).await?;
                Ok(IssuerFinished::New {
                    name: said.name.clone(),
                })
            }
            SignedIn::No(why) => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "identity.sign_in_by_issuer tells whose address it was; the refusal is told next"
                )]
                tx.commit_silently().await?;
                Err(why.into())
            }
        }
    }

    async fn link(&self, said: &Said, next: String) -> Result<IssuerFinished, BrokerError> {
        let db = &self.service.db;
        let (subject, label) = (said.subject.as_str(), said.label.as_str());
        let mut tx = db.write(self.scope).await?;
        let (linked, entry) = match self.issuer.whose {
            Whose::Server => {
                let id = IdentityId::new(db.clock().now(), db.chance());
                let linked = store::link(&mut tx, &self.state, (id, subject, label)).await?;
                (linked, AuditEntry::about("identity.identity_linked", id))
            }
            Whose::Organisation(..) => {
                let id = ProviderIdentityId::new(db.clock().now(), db.chance());
                let linked = providers::link(&mut tx, &self.state, (id, subject, label)).await?;
                (linked, AuditEntry::about("identity.identity_linked", id))
            }
        };
        let entry = match &linked {
            Ok(()) => entry,
            Err(_) => AuditEntry::new("identity.identity_not_linked"),
        };
        tx.commit(entry.with("issuer", self.issuer.config.id.as_str()))
            .await?;
        linked?;
        Ok(IssuerFinished::Linked { next })
    }

    async fn prove(&self, said: &Said, next: String) -> Result<IssuerFinished, BrokerError> {
        let mut tx = self.service.db.write(self.scope).await?;
        let asked = (said.subject.as_str(), said.asked_at);
        let proved = match self.issuer.whose {
            Whose::Server => store::prove(&mut tx, &self.state, asked).await?,
            Whose::Organisation(..) => providers::prove(&mut tx, &self.state, asked).await?,
        };
        let entry = match proved {
            Ok(()) => AuditEntry::new("identity.authenticated_again"),
            Err(_) => AuditEntry::new("identity.issuer_wrong"),
        };
        tx.commit(entry.with("issuer", self.issuer.config.id.as_str()))
            .await?;
        proved?;
        Ok(IssuerFinished::Proved { next })
    }
}

fn said_row(said: &Said) -> store::SaidRow<'_> {
    store::SaidRow {
        subject: &said.subject,
        label: &said.label,
        email: said.vouched.as_ref().map(|vouched| vouched.email.as_str()),
        has_authority: said
            .vouched
            .as_ref()
            .is_some_and(|vouched| vouched.has_authority),
        asked_at: said.asked_at,
    }
}

/// For the operator: whose sign-in it was, nobody knows.
async fn tell_refused<L: Ledger>(
    service: &Service<L>,
    issuer: &Issuer,
    error: &BrokerError,
) -> Result<(), BrokerError> {
    let tx = service.db.write(&Scope::Anonymous).await?;
    let entry = AuditEntry::new("identity.issuer_sign_in_failed")
        .with("issuer", issuer.config.id.as_str())
        .with("code", error.code());
    tx.commit(entry).await?;
    Ok(())
}
