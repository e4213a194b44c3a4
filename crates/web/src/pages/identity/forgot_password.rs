use axum::response::Response;
use identity::Email;
use ui::identity::{ForgotPassword, ForgotPasswordDone};

use crate::Public;
use crate::api::identity::ask_reset;
use crate::extract::Form;
use crate::pages::answer::{html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};

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

fn form_page(public: &Public, email: &str, error: String) -> ForgotPassword {
    ForgotPassword {
        page: page_of(&public.state, &public.context, None),
        email: email.to_owned(),
        error,
        sends_mail: public.state.sends_mail(),
    }
}
