use axum::Extension;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use broker::protocol::{Answer, Call, IssuerFinished, IssuerReturned, ProviderSaid};
use broker::socket::CallError;
use crypto::token::{self, TokenKind};
use identity::NewSession;
use kernel::Scope;
use serde::Deserialize;
use ui::identity::{FromIssuer, ProviderTested};

use super::known_browser;
use super::sign_up::show_form;
use crate::api::identity::{begin_session, new_session, to_begin};
use crate::extract::Query;
use crate::pages::answer::{done, go, html, refused};
use crate::pages::identity::local_path::local_path;
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::session::Cookies;
use crate::{AppState, Public};

/// What an issuer sends a person back with (RFC 6749 4.1.2, RFC 9207). Others may add to it.
#[derive(Deserialize)]
pub(in crate::pages::identity) struct Returned {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    /// Posted, by providers of SAML; no address brings it.
    #[serde(skip)]
    saml: Option<String>,
}

impl Returned {
    /// What a provider of SAML answered.
    pub(in crate::pages::identity) fn by_saml(relay_state: &str, response: &str) -> Self {
        Self {
            state: Some(relay_state.to_owned()),
            code: None,
            iss: None,
            error: None,
            saml: Some(response.to_owned()),
        }
    }
}

/// Where an issuer sends a person back to.
///
/// A GET that changes something, as OAuth has it; `state` binds it to the round trip that this browser began,
/// once.
pub(super) async fn come_back(
    public: Public,
    Extension(cookies): Extension<Cookies>,
    Path(issuer): Path<String>,
    Query(returned): Query<Returned>,
) -> Result<Response, Problem> {
    let face = public.state.issuer(&issuer);
    let name = face.map(|face| face.name.clone());
    let name = name.ok_or_else(|| Problem::new(kind::UNKNOWN_ISSUER))?;
    self::returned(&public, &cookies, (&issuer, &name), returned).await
}

/// The same for an issuer or a provider, by its identifier and its name.
pub(in crate::pages::identity) async fn returned(
    public: &Public,
    cookies: &Cookies,
    (issuer, name): (&str, &str),
    returned: Returned,
) -> Result<Response, Problem> {
    let state = &public.state;
    let session = new_session(state, &public.context);
    let given = returned.state.clone().unwrap_or_default();
    match finish(public, cookies, (issuer, returned), &session).await {
        Ok(IssuerFinished::Tested(said)) => tested(public, (issuer, name), said),
        Ok(finished) => went_well(public, cookies, (name, &given), (finished, session)).await,
        // The page says it in its frame: nothing of theirs is shown but a code of ours.
        Err(problem) if problem.status() < 500 || problem.status() == 502 => {
            told(public, cookies, name, &problem)
        }
        Err(problem) => Err(problem),
    }
}

async fn finish(
    public: &Public,
    cookies: &Cookies,
    (issuer, returned): (&str, Returned),
    session: &NewSession,
) -> Result<IssuerFinished, Problem> {
    let state = &public.state;
    state
        .throttles
        .issuer(public.context.address, state.now())?;
    let gone = || Problem::new(kind::ATTEMPT_GONE);
    let call = Call::FinishIssuer(Box::new(IssuerReturned {
        issuer: issuer.to_owned(),
        state: returned.state.ok_or_else(gone)?,
        code: returned.code,
        iss: returned.iss,
        error: returned.error,
        saml: returned.saml,
        browser: known_browser(cookies).to_vec().into(),
        session: to_begin(session),
    }));
    // The session that linked or proved something is bound by whoever it was begun by: a browser that only
    // signs in may have an old one.
    let scope = scope(state, cookies).await?;
    match state.broker.of(issuer).call(&scope, call).await? {
        Answer::IssuerFinished(finished) => Ok(finished),
        _ => Err(CallError::Unexpected.into()),
    }
}

/// The session that the browser has, as it is bound: somebody in no organisation proves who they are too.
async fn scope(state: &AppState, cookies: &Cookies) -> Result<Scope, Problem> {
    let session = cookies.session.as_deref();
    let Some(hash) = session.and_then(|text| token::hash(TokenKind::Session, text).ok()) else {
        return Ok(Scope::Anonymous);
    };
    match state.db.read(&Scope::Session(hash)).await {
        Err(db::Error::NoOrganisation) => Ok(Scope::LoneSession(hash)),
        Err(db::Error::Unavailable(error)) => Err(db::Error::Unavailable(error).into()),
        // One that has ended, or owes a second factor, is the broker's to refuse, where it begun anything.
        _ => Ok(Scope::Session(hash)),
    }
}

async fn went_well(
    public: &Public,
    cookies: &Cookies,
    (name, given): (&str, &str),
    (finished, session): (IssuerFinished, NewSession),
) -> Result<Response, Problem> {
    let (state, context) = (&public.state, &public.context);
    match finished {
        IssuerFinished::SignedIn { next } => {
            let token = session.into_token();
            let to = Redirect::to(local_path(&next));
            Ok((begin_session(state, context, &token), to).into_response())
        }
        IssuerFinished::New { name } => show_form(public, cookies, (given, &name)).await,
        IssuerFinished::Linked { next } => {
            let text = format!("{name} signs you in from now on.");
            Ok(done(state, local_path(&next), &text))
        }
        IssuerFinished::Proved { next } => Ok(go(local_path(&next))),
        IssuerFinished::Tested(_) => Ok(go("/settings/single-sign-on")),
    }
}

/// What came of it instead, and where to go on.
fn told(
    public: &Public,
    cookies: &Cookies,
    name: &str,
    problem: &Problem,
) -> Result<Response, Problem> {
    let view = FromIssuer {
        page: page_of(&public.state, &public.context, None),
        name: name.to_owned(),
        sentence: problem.sentence().to_owned(),
        code: problem.code().to_owned(),
        is_signed_in: cookies.session.is_some(),
    };
    refused(problem, &view)
}

/// A provider answered whoever tries it, and lets nobody in by that.
fn tested(
    public: &Public,
    (issuer, name): (&str, &str),
    said: ProviderSaid,
) -> Result<Response, Problem> {
    let id = issuer
        .parse()
        .map_err(|_| Problem::new(kind::UNKNOWN_ISSUER))?;
    html(&ProviderTested {
        page: page_of(&public.state, &public.context, None),
        id,
        name: name.to_owned(),
        subject: said.subject,
        label: said.label,
        email: said.email,
        is_own_domain: said.is_own_domain,
        asked_at: said.asked_at,
    })
}
