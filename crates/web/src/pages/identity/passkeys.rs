use axum::response::Response;
use identity::{PasskeyName, RemovePasskeyError};
use kernel::PasskeyId;

use super::recovery_codes::show_new_codes;
use crate::api::identity::passkey::add::{add, is_first};
use crate::api::identity::passkey::read;
use crate::extract::{Form, Id, RecentAccount};
use crate::pages::answer::{done, failed, is_about_form};
use crate::problem::{Problem, kind};

const BACK: &str = "/security";

/// Adds a passkey. The first second factor brings recovery codes with it.
pub(super) async fn add_passkey(recent: RecentAccount, form: Form) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let (state, scope) = (&caller.state, &caller.scope);
    let is_first = is_first(state, scope).await?;
    let added = match read(form.get("answer")) {
        Ok(credential) => add(state, scope, form.get("name"), credential).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(_) if is_first => show_new_codes(state, &caller.context, scope, BACK).await,
        Ok(_) => Ok(done(
            state,
            BACK,
            "The passkey is kept. Try it at the next sign-in.",
        )),
        Err(problem) if is_about_form(&problem) => Ok(failed(state, BACK, problem.sentence())),
        Err(problem) => Err(problem),
    }
}

/// Gives a passkey another name.
pub(super) async fn rename_passkey(
    recent: RecentAccount,
    Id(passkey): Id<PasskeyId>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let Ok(name) = PasskeyName::parse(form.get("name")) else {
        let problem = Problem::new(kind::PASSKEY_NAME);
        return Ok(failed(&caller.state, BACK, problem.sentence()));
    };
    if identity::rename_passkey(caller.write().await?, passkey, &name).await? {
        Ok(done(&caller.state, BACK, "The passkey is renamed."))
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}

/// Removes a passkey, unless it is the last second factor of somebody whose organisation asks for one.
pub(super) async fn remove_passkey(
    recent: RecentAccount,
    Id(passkey): Id<PasskeyId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    match identity::remove_passkey(caller.write().await?, passkey).await {
        Ok(()) => Ok(done(
            &caller.state,
            BACK,
            "The passkey opens nothing here any more.",
        )),
        Err(error @ (RemovePasskeyError::Kept | RemovePasskeyError::Last)) => {
            let problem = Problem::from(error);
            Ok(failed(&caller.state, BACK, problem.sentence()))
        }
        Err(error) => Err(error.into()),
    }
}
