use std::time::Duration;

use axum::response::Response;
use identity::Email;
use mail::WayFace;
use ui::identity::{ForgotPassword, ForgotPasswordDone};

use crate::extract::Form;
use crate::pages::answer::{html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::{AppState, Public};

/// Every answer takes at least this long: longer than the statement does in either case, so that the
/// time says nothing about whether there is an account.
const ANSWERS_AFTER: Duration = Duration::from_millis(300);

/// The form that asks for a link.
pub(super) async fn show(public: Public) -> Result<Response, Problem> {
    html(&form_page(&public, "", String::new()))
}

/// Mails a link, if there is an account. The answer is the same either way.
pub(super) async fn ask(public: Public, form: Form) -> Result<Response, Problem> {
    let typed = form.get("email");
    let Ok(email) = Email::parse(typed) else {
        let problem = Problem::new(kind::ACCOUNT_INVALID);
        let wrong = "Write the address as name@example.com.".to_owned();
        return refused(&problem, &form_page(&public, typed, wrong));
    };
    ask_reset(&public, &email).await?;
    html(&ForgotPasswordDone {
        page: page_of(&public.state, &public.context, None),
        email: email.as_str().to_owned(),
    })
}

/// Asks for a link, and takes the same time whatever comes of it.
pub(crate) async fn ask_reset(public: &Public, email: &Email) -> Result<(), Problem> {
    let state = &public.state;
    state
        .throttles
        .reset(public.context.address, email.as_str(), state.now())?;
    let asking = identity::ask_reset(&state.db, email);
    let (asked, ()) = tokio::join!(asking, tokio::time::sleep(ANSWERS_AFTER));
    Ok(asked?)
}

fn form_page(public: &Public, email: &str, error: String) -> ForgotPassword {
    ForgotPassword {
        page: page_of(&public.state, &public.context, None),
        email: email.to_owned(),
        error,
        sends_mail: sends_mail(&public.state),
    }
}

pub(super) fn sends_mail(state: &AppState) -> bool {
    state.mail != WayFace::Off
}
