use axum::Extension;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use broker::protocol::{Answer, Call, IssuerPurpose};
use broker::socket::CallError;
use http::{HeaderName, HeaderValue};
use kernel::Scope;
use ui::component::ExternalUrl;
use ui::identity::ToIssuer;

use super::browser;
use crate::context::Context;
use crate::extract::{Account, Form};
use crate::pages::answer::{failed, html, is_about_form};
use crate::pages::identity::local_path::local_path;
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::session::Cookies;
use crate::{AppState, Public};

/// Sends whoever asks to an issuer, to sign in or up.
pub(super) async fn sign_in(
    public: Public,
    Extension(cookies): Extension<Cookies>,
    Path(issuer): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let (state, context) = (&public.state, &public.context);
    let asked = (IssuerPurpose::SignIn, local_path(form.get("next")));
    let who = (state, &**context, &Scope::Anonymous);
    let issuer = configured(state, &issuer)?;
    let gone = begin(who, &cookies, issuer, asked, Onward::ByItself).await;
    or_back(state, gone, "/sign-in")
}

/// Sends a person to an issuer that knows them, to prove anew who they are.
pub(super) async fn prove(
    account: Account,
    Extension(cookies): Extension<Cookies>,
    Path(issuer): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = account.release();
    let next = match local_path(form.get("next")) {
        "/" => "/security",
        path => path,
    };
    let who = (&caller.state, &*caller.context, &caller.scope);
    let issuer = configured(&caller.state, &issuer)?;
    let asked = (IssuerPurpose::Prove, next);
    let gone = begin(who, &cookies, issuer, asked, Onward::ByItself).await;
    or_back(&caller.state, gone, "/prove")
}

/// An issuer that cannot be asked is said on the page that was left.
pub(in crate::pages::identity) fn or_back(
    state: &AppState,
    gone: Result<Response, Problem>,
    back: &str,
) -> Result<Response, Problem> {
    match gone {
        Err(problem) if is_about_form(&problem) => Ok(failed(state, back, problem.sentence())),
        other => other,
    }
}

/// An issuer of the configuration: its identifier, and its name.
pub(super) fn configured<'a>(
    state: &'a AppState,
    issuer: &'a str,
) -> Result<(&'a str, &'a str), Problem> {
    let face = state.issuer(issuer);
    let face = face.ok_or_else(|| Problem::new(kind::UNKNOWN_ISSUER))?;
    Ok((issuer, &face.name))
}

/// Whether a browser goes on to an issuer by itself. Whoever has an organisation here says where its provider is, and
/// what it is called: a link of theirs to this server must not bring anybody to a page that looks like ours.
#[derive(Debug, Clone, Copy)]
pub(in crate::pages::identity) enum Onward<'a> {
    /// Who runs the server configured it, or has the mail domain of the address that the person typed.
    ByItself,
    /// To the host that the page before has shown, and to no other one.
    To(&'a str),
    /// The person reads the host, and presses.
    Asked,
}

/// Begins a round trip to an issuer or a provider, by its identifier and its name, and answers with a page that
/// leads there.
pub(in crate::pages::identity) async fn begin(
    (state, context, scope): (&AppState, &Context, &Scope),
    cookies: &Cookies,
    (issuer, name): (&str, &str),
    (purpose, next): (IssuerPurpose, &str),
    onward: Onward<'_>,
) -> Result<Response, Problem> {
    state.throttles.issuer(context.address, state.now())?;
    let (digest, set) = browser(state, cookies);
    let call = Call::BeginIssuer {
        issuer: issuer.to_owned(),
        purpose,
        browser: digest.to_vec().into(),
        next: next.to_owned(),
    };
    match state.broker.of(issuer).call(scope, call).await? {
        Answer::Authorize { url } => {
            let leave = leave(state, context, (name, &url), onward)?;
            Ok((set, leave).into_response())
        }
        _ => Err(CallError::Unexpected.into()),
    }
}

/// Not a redirect: `form-action 'self'` would stop it in Chromium, and naming every issuer in the policy would
/// open it to all of them.
fn leave(
    state: &AppState,
    context: &Context,
    (name, url): (&str, &str),
    onward: Onward<'_>,
) -> Result<Response, Problem> {
    let broken = || Problem::new(kind::INTERNAL).because("broker.no_web_link");
    let link = ExternalUrl::parse(url).ok_or_else(broken)?;
    let host = identity::host_of(url);
    let goes = match onward {
        Onward::ByItself => true,
        Onward::To(seen) => host == seen,
        Onward::Asked => false,
    };
    let view = ToIssuer {
        page: page_of(state, context, None),
        name: name.to_owned(),
        host,
        is_asked: !goes,
        url: link,
    };
    if !goes {
        return html(&view);
    }
    let go = HeaderValue::from_str(&format!("0; url={url}")).map_err(|_| broken())?;
    Ok(([(HeaderName::from_static("refresh"), go)], html(&view)?).into_response())
}
