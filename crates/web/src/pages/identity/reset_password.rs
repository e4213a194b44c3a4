use axum::response::Response;
use identity::{LinkError, NewPassword, ResetError};
use kernel::{Scope, Secret};
use ui::component::FieldErrors;
use ui::identity::{MailLink, ResetPassword};

use super::verify_address::Link;
use crate::Public;
use crate::extract::{Form, Query};
use crate::pages::answer::{done, html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};

/// Whose password the link sets, and a field for another one.
pub(super) async fn show(public: Public, Query(link): Query<Link>) -> Result<Response, Problem> {
    let state = &public.state;
    state.throttles.link(public.context.address, state.now())?;
    match find(&public, &link.token).await? {
        Some(link) => html(&page(&public, Some(link), FieldErrors::default())),
        None => dead(&public),
    }
}

/// Sets the password. Every session of the account ends; nobody is signed in by it.
pub(super) async fn reset(public: Public, form: Form) -> Result<Response, Problem> {
    let state = &public.state;
    state.throttles.link(public.context.address, state.now())?;
    let token = form.get("token");
    let password = NewPassword::parse(Secret::new(form.get("password").to_owned()));
    let outcome = match password {
        Ok(password) => identity::reset_password(&state.db, &state.hashes, token, password).await,
        Err(wrong) => Err(ResetError::Password(wrong)),
    };
    match outcome {
        Ok(()) => Ok(done(
            state,
            "/sign-in",
            "The password is set. Sign in with it.",
        )),
        Err(ResetError::Dead) => dead(&public),
        Err(ResetError::Password(wrong)) => {
            let Some(link) = find(&public, token).await? else {
                return dead(&public);
            };
            let errors = FieldErrors::default().with("password", wrong.to_string());
            let problem = Problem::new(kind::ACCOUNT_INVALID);
            refused(&problem, &page(&public, Some(link), errors))
        }
        Err(other) => Err(other.into()),
    }
}

async fn find(public: &Public, token: &str) -> Result<Option<MailLink>, Problem> {
    let mut tx = public.state.db.read(&Scope::Anonymous).await?;
    match identity::show_reset(&mut tx, token).await {
        Ok(face) => Ok(Some(MailLink {
            name: face.name,
            email: face.email,
            token: token.to_owned(),
            expires_at: face.expires_at,
        })),
        Err(LinkError::Dead) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

fn dead(public: &Public) -> Result<Response, Problem> {
    let view = page(public, None, FieldErrors::default());
    refused(&Problem::new(kind::LINK_DEAD), &view)
}

fn page(public: &Public, link: Option<MailLink>, errors: FieldErrors) -> ResetPassword {
    ResetPassword {
        page: page_of(&public.state, &public.context, None),
        link,
        password_score: u8::from(!errors.is_empty()),
        errors,
    }
}
