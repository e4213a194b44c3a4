use axum::response::{IntoResponse as _, Redirect, Response};
use identity::SessionToken;
use kernel::Secret;
use serde::Deserialize;
use ui::identity::SignIn;

use super::issuer::choices;
use super::local_path::local_path;
use crate::Public;
use crate::api::identity::{begin_session, new_session};
use crate::extract::{Form, Query};
use crate::pages::answer::{html, is_about_form, refused};
use crate::pages::page_of;
use crate::problem::Problem;

/// Where to go on to.
#[derive(Debug, Deserialize)]
pub(super) struct Onward {
    #[serde(default)]
    next: String,
}

/// The form that starts a session.
pub(super) async fn show_sign_in(
    public: Public,
    Query(onward): Query<Onward>,
) -> Result<Response, Problem> {
    html(&page(&public, &onward.next))
}

/// Starts a session and goes on. A wrong password and an unknown address answer alike, in the same
/// time.
pub(super) async fn sign_in(public: Public, form: Form) -> Result<Response, Problem> {
    let state = &public.state;
    let next = local_path(form.get("next"));
    match begin(&public, &form).await {
        Ok(token) => Ok((
            begin_session(state, &public.context, &token),
            Redirect::to(next),
        )
            .into_response()),
        Err(problem) if problem.status() == 401 || is_about_form(&problem) => {
            again(&public, &form, &problem)
        }
        Err(problem) => Err(problem),
    }
}

/// The form again, with what was wrong.
pub(super) fn again(public: &Public, form: &Form, problem: &Problem) -> Result<Response, Problem> {
    let view = SignIn {
        email: form.get("email").to_owned(),
        error: problem.sentence().to_owned(),
        ..page(public, form.get("next"))
    };
    refused(problem, &view)
}

fn page(public: &Public, next: &str) -> SignIn {
    SignIn {
        page: page_of(&public.state, &public.context, None),
        email: String::new(),
        error: String::new(),
        can_passkey: public.state.can_passkey(),
        issuers: choices(&public.state.issuers),
        next: local_path(next).to_owned(),
    }
}

async fn begin(public: &Public, form: &Form) -> Result<SessionToken, Problem> {
    let (state, context) = (&public.state, &public.context);
    let email = form.get("email");
    state
        .throttles
        .sign_in(context.address, email, state.now())?;
    let session = new_session(state, context);
    let password = Secret::new(form.get("password").to_owned());
    let (_, token) = identity::sign_in(&state.db, &state.hashes, email, password, session).await?;
    state.throttles.signed_in(email);
    Ok(token)
}
