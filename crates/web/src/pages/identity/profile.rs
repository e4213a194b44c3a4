use axum::response::Response;
use identity::{ChangePasswordError, NewPassword};
use kernel::Secret;
use ui::component::FieldErrors;
use ui::identity::{PendingAddress, Profile};

use crate::extract::{Account, Form};
use crate::pages::answer::{done, html, refused};
use crate::problem::{Problem, kind};

/// What the person who asks may change about themselves.
pub(super) async fn show(mut account: Account) -> Result<Response, Problem> {
    let view = page(&mut account, "", FieldErrors::default()).await?;
    html(&view)
}

/// Changes the password of the person who asks; their other sessions end.
pub(super) async fn change_password(account: Account, form: Form) -> Result<Response, Problem> {
    let caller = account.release();
    let state = &caller.state;
    let current = Secret::new(form.get("current").to_owned());
    let new = NewPassword::parse(Secret::new(form.get("password").to_owned()));
    let changed = match new {
        Ok(new) => {
            let who = (&caller.scope, &caller.who);
            identity::change_password(&state.db, &state.hashes, who, current, new).await
        }
        Err(wrong) => Err(ChangePasswordError::Password(wrong)),
    };
    let errors = match changed {
        Ok(()) => {
            return Ok(done(
                state,
                "/profile",
                "The password is changed. Your other sessions have ended.",
            ));
        }
        Err(error @ ChangePasswordError::Wrong) => {
            FieldErrors::default().with("current", error.to_string())
        }
        Err(ChangePasswordError::Password(wrong)) => {
            FieldErrors::default().with("password", wrong.to_string())
        }
        Err(other) => return Err(other.into()),
    };
    let mut account = caller.again().await?;
    let view = page(&mut account, "", errors).await?;
    refused(&Problem::new(kind::ACCOUNT_INVALID), &view)
}

pub(super) async fn page(
    account: &mut Account,
    new_email: &str,
    errors: FieldErrors,
) -> Result<Profile, Problem> {
    let page = account.page().await?;
    let change = identity::own_email_change(&mut account.tx).await?;
    let has_password = identity::has_password(&mut account.tx).await?;
    Ok(Profile {
        page,
        is_recent: account.who.is_recent,
        has_password,
        sends_mail: account.state.sends_mail(),
        change: change.map(|change| PendingAddress {
            new_email: change.new_email,
            is_confirmed_new: change.is_confirmed_new,
            is_confirmed_old: change.is_confirmed_old,
            expires_at: change.expires_at,
        }),
        new_email: new_email.to_owned(),
        name: account.who.name.clone(),
        email: account.who.email.clone(),
        is_verified: account.who.is_verified,
        password_score: u8::from(!errors.of("password").is_empty()),
        errors,
    })
}
