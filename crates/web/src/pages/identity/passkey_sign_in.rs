use axum::response::{IntoResponse as _, Redirect, Response};

use super::local_path::local_path;
use super::sign_in::again;
use crate::Public;
use crate::api::identity::begin_session;
use crate::api::identity::passkey::{read, sign_in::begin_by_passkey};
use crate::extract::Form;
use crate::pages::answer::is_about_form;
use crate::problem::Problem;

/// Starts a session by a passkey, in place of address and password.
pub(super) async fn sign_in_by_passkey(public: Public, form: Form) -> Result<Response, Problem> {
    let begun = match read(form.get("answer")) {
        Ok(assertion) => begin_by_passkey(&public, assertion).await,
        Err(problem) => Err(problem),
    };
    match begun {
        Ok(token) => {
            let to = Redirect::to(local_path(form.get("next")));
            Ok((begin_session(&public.state, &public.context, &token), to).into_response())
        }
        Err(problem) if is_about_form(&problem) => again(&public, &form, &problem),
        Err(problem) => Err(problem),
    }
}
