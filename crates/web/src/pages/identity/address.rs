use axum::response::Response;
use identity::Email;

use super::profile;
use crate::api::identity::begin_address_change;
use crate::extract::{Account, Form, RecentAccount};
use crate::pages::answer::{done, failed, field_errors, refused};
use crate::problem::{Problem, kind};

const PROFILE: &str = "/profile";

/// Begins to move the account of whoever asks to another address.
pub(super) async fn ask(recent: RecentAccount, form: Form) -> Result<Response, Problem> {
    let typed = form.get("new_email");
    let caller = recent.0.release();
    let asked = match Email::parse(typed) {
        Ok(email) => begin_address_change(&caller, &email).await,
        Err(wrong) => {
            Err(Problem::new(kind::ACCOUNT_INVALID).field("new_email", wrong.to_string()))
        }
    };
    let problem = match asked {
        Ok(()) => {
            let text = "Two mails are on their way, one to each address. Open the link in both, signed in here.";
            return Ok(done(&caller.state, PROFILE, text));
        }
        Err(problem) if problem.fields().is_empty() => return Err(problem),
        Err(problem) => problem,
    };
    let mut account = caller.again().await?;
    let view = profile::page(&mut account, typed, field_errors(&problem)).await?;
    refused(&problem, &view)
}

/// Takes the change back.
pub(super) async fn cancel(account: Account) -> Result<Response, Problem> {
    let caller = account.release();
    let user = caller.who.user;
    let cancelled = identity::cancel_email_change(caller.write().await?, user).await?;
    Ok(if cancelled {
        done(
            &caller.state,
            PROFILE,
            "The address stays as it is. The links in the mails do nothing any more.",
        )
    } else {
        failed(
            &caller.state,
            PROFILE,
            "No change of address waits any more.",
        )
    })
}
