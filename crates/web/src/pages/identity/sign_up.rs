use axum::response::Response;
use identity::NewAccount;
use kernel::Secret;
use ui::component::FieldErrors;
use ui::identity::{SignUp, SignUpDone};

use super::issuer::choices;
use crate::Public;
use crate::extract::Form;
use crate::pages::answer::{field_errors, html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};

/// The form that makes a person and an organisation.
pub(super) async fn show_sign_up(public: Public) -> Result<Response, Problem> {
    let view = page(&public, &Form::default(), FieldErrors::default());
    html(&view)
}

/// Makes an account and its organisation, unless the address has one: the answer is the same.
pub(super) async fn sign_up(public: Public, form: Form) -> Result<Response, Problem> {
    let state = &public.state;
    state
        .throttles
        .sign_up(public.context.address, state.now())?;
    let account = NewAccount::parse(
        form.get("email"),
        form.get("name"),
        form.get("organisation"),
        Secret::new(form.get("password").to_owned()),
    );
    let signed_up = match account {
        Ok(account) => identity::sign_up(&state.db, &state.hashes, account)
            .await
            .map_err(Problem::from),
        Err(error) => Err(error.into()),
    };
    match signed_up {
        Ok(()) => {}
        Err(problem) if *problem.kind() == kind::ACCOUNT_INVALID => {
            let view = page(&public, &form, field_errors(&problem));
            return refused(&problem, &view);
        }
        Err(problem) => return Err(problem),
    }
    let view = SignUpDone {
        page: page_of(state, &public.context, None),
        email: form.get("email").to_owned(),
    };
    html(&view)
}

fn page(public: &Public, form: &Form, errors: FieldErrors) -> SignUp {
    SignUp {
        page: page_of(&public.state, &public.context, None),
        name: form.get("name").to_owned(),
        organisation: form.get("organisation").to_owned(),
        email: form.get("email").to_owned(),
        issuers: choices(&public.state.issuers),
        // The password itself is never sent back, so the meter can only tell that it was too weak.
        password_score: u8::from(!errors.of("password").is_empty()),
        errors,
    }
}
