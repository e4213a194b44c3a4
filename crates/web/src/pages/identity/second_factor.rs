use axum::response::Response;
use serde::Deserialize;
use ui::identity::SecondFactor;

use super::local_path::local_path;
use super::recovery_codes::show_new_codes;
use super::sign_out::out;
use crate::api::identity::passkey::{add, give, read};
use crate::api::identity::try_code;
use crate::extract::{Form, Half, Query};
use crate::pages::answer::{go, html, is_about_form, refused};
use crate::pages::page_of;
use crate::problem::Problem;
use kernel::client_in_words;

/// Where to go on to.
#[derive(Debug, Deserialize)]
pub(super) struct Onward {
    #[serde(default)]
    next: String,
}

/// Asks for the second factor, or has a person set one up whose organisation asks for it.
pub(super) async fn show_second_factor(
    half: Half,
    Query(onward): Query<Onward>,
) -> Result<Response, Problem> {
    let view = page(&half, local_path(&onward.next), String::new()).await?;
    html(&view)
}

/// Takes a code and goes on. The first code of a new authenticator confirms it, and shows recovery codes.
pub(super) async fn give_second_factor(half: Half, form: Form) -> Result<Response, Problem> {
    let next = local_path(form.get("next"));
    let is_first = add::is_first(&half.state, &half.scope).await?;
    match try_code(&half.state, &half.scope, form.get("code")).await {
        Ok(()) if is_first => show_new_codes(&half.state, &half.context, &half.whole(), next).await,
        Ok(()) => Ok(go(next)),
        Err(problem) => again(&half, next, problem).await,
    }
}

/// Takes a passkey and goes on.
pub(super) async fn give_passkey(half: Half, form: Form) -> Result<Response, Problem> {
    let next = local_path(form.get("next"));
    let (state, context) = (&half.state, &half.context);
    let given = match read(form.get("answer")) {
        Ok(assertion) => give::give(state, context, &half.scope, assertion).await,
        Err(problem) => Err(problem),
    };
    match given {
        Ok(()) => Ok(go(next)),
        Err(problem) => again(&half, next, problem).await,
    }
}

/// Keeps the first passkey of a person whose organisation asks for a second factor, and shows recovery codes.
pub(super) async fn add_passkey(half: Half, form: Form) -> Result<Response, Problem> {
    let next = local_path(form.get("next"));
    let added = match read(form.get("answer")) {
        Ok(new) => add::add(&half.state, &half.scope, form.get("name"), new).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(_) => show_new_codes(&half.state, &half.context, &half.whole(), next).await,
        Err(problem) => again(&half, next, problem).await,
    }
}

/// Ends a session that nobody can or wants to complete.
pub(super) async fn leave(half: Half) -> Result<Response, Problem> {
    identity::sign_out(half.state.db.write(&half.scope).await?).await?;
    Ok(out(&half.state))
}

/// The page with what was wrong, where the person can do something about it.
async fn again(half: &Half, next: &str, problem: Problem) -> Result<Response, Problem> {
    if !is_about_form(&problem) {
        return Err(problem);
    }
    let view = page(half, next, problem.sentence().to_owned()).await?;
    refused(&problem, &view)
}

async fn page(half: &Half, next: &str, error: String) -> Result<SecondFactor, Problem> {
    let mut tx = half.state.db.read(&half.scope).await?;
    let factors = identity::second_factors(&mut tx).await?;
    Ok(SecondFactor {
        page: page_of(&half.state, &half.context, None),
        has_authenticator: factors.authenticator_since.is_some(),
        has_passkeys: factors.passkeys > 0,
        can_passkey: half.state.can_passkey(),
        new_name: client_in_words(&half.context.agent),
        codes_left: factors.codes_left,
        error,
        next: next.to_owned(),
    })
}
