use axum::Extension;
use axum::response::{IntoResponse as _, Redirect, Response};
use crypto::token::{self, TokenKind};
use identity::Newcomer;
use kernel::TokenHash;
use ui::component::FieldErrors;
use ui::identity::SignUpWith;

use super::known_browser;
use crate::Public;
use crate::api::identity::{begin_session, new_session};
use crate::extract::Form;
use crate::pages::answer::{field_errors, html, refused};
use crate::pages::identity::local_path::local_path;
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::session::Cookies;

/// The form of somebody whom an issuer vouches for, and who has no account: their name and that of their
/// organisation.
pub(super) async fn show_form(
    public: &Public,
    cookies: &Cookies,
    (given, name): (&str, &str),
) -> Result<Response, Problem> {
    let (_, newcomer) = newcomer(public, cookies, given).await?;
    let fields = Fields {
        state: given,
        name,
        organisation: "",
    };
    html(&page(public, &newcomer, fields, FieldErrors::default()))
}

/// Makes the account, and signs in.
pub(super) async fn sign_up(
    public: Public,
    Extension(cookies): Extension<Cookies>,
    form: Form,
) -> Result<Response, Problem> {
    let (state, context) = (&public.state, &public.context);
    state.throttles.sign_up(context.address, state.now())?;
    let (hash, newcomer) = newcomer(&public, &cookies, form.get("state")).await?;
    let fields = Fields {
        state: form.get("state"),
        name: form.get("name"),
        organisation: form.get("organisation"),
    };
    let browser = known_browser(&cookies);
    let names = (fields.name, fields.organisation);
    let session = new_session(state, context);
    let made = identity::sign_up_newcomer(&state.db, (&hash, &browser), names, session).await;
    match made.map_err(Problem::from) {
        Ok(token) => {
            let to = Redirect::to(local_path(&newcomer.next));
            Ok((begin_session(state, context, &token), to).into_response())
        }
        Err(problem) if *problem.kind() == kind::ACCOUNT_INVALID => {
            let errors = field_errors(&problem);
            refused(&problem, &page(&public, &newcomer, fields, errors))
        }
        Err(problem) => Err(problem),
    }
}

struct Fields<'a> {
    state: &'a str,
    name: &'a str,
    organisation: &'a str,
}

async fn newcomer(
    public: &Public,
    cookies: &Cookies,
    given: &str,
) -> Result<(TokenHash, Newcomer), Problem> {
    let gone = || Problem::new(kind::ATTEMPT_GONE);
    let hash = token::hash(TokenKind::OauthState, given).map_err(|_| gone())?;
    let browser = known_browser(cookies);
    let found = identity::newcomer(&public.state.db, &hash, &browser).await?;
    Ok((hash, found.ok_or_else(gone)?))
}

fn page(
    public: &Public,
    newcomer: &Newcomer,
    fields: Fields<'_>,
    errors: FieldErrors,
) -> SignUpWith {
    SignUpWith {
        page: page_of(&public.state, &public.context, None),
        issuer: public.state.issuer_name(&newcomer.issuer).to_owned(),
        email: newcomer.email.clone(),
        asks_verification: !newcomer.is_authoritative,
        state: fields.state.to_owned(),
        name: fields.name.to_owned(),
        organisation: fields.organisation.to_owned(),
        errors,
    }
}
