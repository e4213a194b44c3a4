use axum::response::Response;
use identity::Proved;
use kernel::Secret;
use serde::Deserialize;
use ui::identity::{IssuerChoice, Prove};

use super::issuer::choices;
use super::local_path::local_path;
use crate::api::identity::passkey::{give, read};
use crate::api::identity::{taken, try_code};
use crate::extract::{Account, Form, Holder, Query};
use crate::pages::answer::{go, html, is_about_form, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};

/// Where to go on to.
#[derive(Debug, Deserialize)]
pub(super) struct Onward {
    #[serde(default)]
    next: String,
}

/// Asks a person who is signed in to prove again who they are.
pub(super) async fn show_prove(
    mut account: Account,
    Query(onward): Query<Onward>,
) -> Result<Response, Problem> {
    let view = page(&mut account, &onward.next).await?;
    html(&view)
}

/// By a code of the second factor; by the password, where there is none.
pub(super) async fn prove(mut account: Account, form: Form) -> Result<Response, Problem> {
    let (code, password) = (form.get("code"), form.get("password"));
    let view = page(&mut account, form.get("next")).await?;
    let caller = account.release();
    let proved = if code.is_empty() {
        by_password(&caller, password).await
    } else {
        try_code(&caller.state, &caller.scope, code).await
    };
    on(proved, view)
}

/// By a passkey.
pub(super) async fn prove_by_passkey(
    mut account: Account,
    form: Form,
) -> Result<Response, Problem> {
    let view = page(&mut account, form.get("next")).await?;
    let caller = account.release();
    let proved = match read(form.get("answer")) {
        Ok(assertion) => give::give(&caller.state, &caller.context, &caller.scope, assertion).await,
        Err(problem) => Err(problem),
    };
    on(proved, view)
}

/// On to what the proof was for, or the page again with what was wrong.
fn on(proved: Result<(), Problem>, mut view: Prove) -> Result<Response, Problem> {
    match proved {
        Ok(()) => Ok(go(&view.next)),
        Err(problem) if is_about_form(&problem) => {
            problem.sentence().clone_into(&mut view.error);
            refused(&problem, &view)
        }
        Err(problem) => Err(problem),
    }
}

async fn by_password(caller: &Holder, password: &str) -> Result<(), Problem> {
    let (state, person) = (&caller.state, caller.who.user);
    let password = Secret::new(password.to_owned());
    let (db, hashes) = (&state.db, &state.hashes);
    match identity::prove_password(db, hashes, &caller.scope, person, password).await? {
        Proved::Wrong => Err(Problem::new(kind::WRONG_CODE).saying("That is not your password.")),
        other => taken(other),
    }
}

async fn page(account: &mut Account, next: &str) -> Result<Prove, Problem> {
    let next = match local_path(next) {
        "/" => "/security",
        path => path,
    };
    let factors = identity::second_factors(&mut account.tx).await?;
    Ok(Prove {
        page: page_of(&account.state, &account.context, None),
        email: account.who.email.clone(),
        has_factor: factors.any(),
        has_passkeys: factors.passkeys > 0 && account.state.can_passkey(),
        has_password: identity::has_password(&mut account.tx).await?,
        issuers: if factors.any() {
            Vec::new()
        } else {
            proving(account).await?
        },
        provider: if factors.any() {
            None
        } else {
            own_provider(account).await?
        },
        error: String::new(),
        next: next.to_owned(),
    })
}

/// The provider that began the session, which asks people anew who they are.
async fn own_provider(account: &mut Account) -> Result<Option<IssuerChoice>, Problem> {
    let own = identity::linked_provider(&mut account.tx).await?;
    let own = own.filter(|own| !own.is_own_session);
    Ok(own.map(|own| IssuerChoice {
        id: own.id.to_string(),
        name: own.name,
    }))
}

/// Issuers that know the person, and ask people anew who they are.
async fn proving(account: &mut Account) -> Result<Vec<IssuerChoice>, Problem> {
    let linked = identity::identities(&mut account.tx).await?;
    let mut issuers = account.state.issuers.clone();
    issuers.retain(|face| face.can_prove && linked.iter().any(|row| row.issuer == face.issuer));
    Ok(choices(&issuers))
}
