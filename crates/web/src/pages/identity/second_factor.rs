use axum::response::Response;
use kernel::Scope;
use serde::Deserialize;
use ui::identity::SecondFactor;

use super::local_path::local_path;
use super::recovery_codes::show_new_codes;
use super::sign_out::out;
use crate::api::identity::try_code;
use crate::extract::{Form, Half, Query};
use crate::pages::answer::{go, html, is_about_form, refused};
use crate::pages::page_of;
use crate::problem::Problem;

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
    let had = {
        let mut tx = half.state.db.read(&half.scope).await?;
        identity::second_factors(&mut tx).await?
    };
    match try_code(&half.state, &half.scope, form.get("code")).await {
        Ok(()) if had.authenticator_since.is_none() => {
            show_new_codes(&half.state, &half.context, &whole(&half.scope), next).await
        }
        Ok(()) => Ok(go(next)),
        Err(problem) if is_about_form(&problem) => {
            let view = page(&half, next, problem.sentence().to_owned()).await?;
            refused(&problem, &view)
        }
        Err(problem) => Err(problem),
    }
}

/// Ends a session that nobody can or wants to complete.
pub(super) async fn leave(half: Half) -> Result<Response, Problem> {
    identity::sign_out(half.state.db.write(&half.scope).await?).await?;
    Ok(out(&half.state))
}

/// The session once nothing is owed any more.
const fn whole(scope: &Scope) -> Scope {
    match *scope {
        Scope::HalfSession(hash) => Scope::Session(hash),
        other => other,
    }
}

async fn page(half: &Half, next: &str, error: String) -> Result<SecondFactor, Problem> {
    let mut tx = half.state.db.read(&half.scope).await?;
    let factors = identity::second_factors(&mut tx).await?;
    Ok(SecondFactor {
        page: page_of(&half.state, &half.context, None),
        has_authenticator: factors.authenticator_since.is_some(),
        codes_left: factors.codes_left,
        error,
        next: next.to_owned(),
    })
}
