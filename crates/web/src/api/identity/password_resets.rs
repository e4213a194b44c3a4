use std::time::Duration;

use http::StatusCode;
use identity::{Email, NewPassword};
use kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Public;
use crate::extract::Json;
use crate::problem::{Problem, kind};

/// Every answer takes at least this long: longer than the statement does in either case, so that the
/// time says nothing about whether there is an account.
const ANSWERS_AFTER: Duration = Duration::from_millis(300);

/// Whose password is forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Forgotten {
    /// The address to sign in with.
    #[schema(example = "ada@example.com")]
    email: String,
}

/// What the mailed link carries, and what to sign in with from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reset {
    /// The part of the link after `token=`.
    token: String,
    /// At least 10 characters, hard to guess.
    #[schema(value_type = String, format = Password)]
    password: Secret<String>,
}

/// Mails a link that sets another password.
///
/// The answer and its time are the same whether or not there is an account.
#[utoipa::path(post, path = "/api/v1/password-resets", tag = "identity", request_body = Forgotten, responses(
    (status = 202, description = "Taken. If there is an account, the link is on its way."),
))]
pub(super) async fn ask_password_reset(
    public: Public,
    Json(form): Json<Forgotten>,
) -> Result<StatusCode, Problem> {
    let email = Email::parse(&form.email)
        .map_err(|wrong| Problem::new(kind::ACCOUNT_INVALID).field("email", wrong.to_string()))?;
    ask_reset(&public, &email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sets a password by a mailed link, once. Every session of the account ends; sign in afterwards.
#[utoipa::path(post, path = "/api/v1/password-resets/use", tag = "identity", request_body = Reset, responses(
    (status = 204, description = "The password is set."),
))]
pub(super) async fn reset_password(
    public: Public,
    Json(form): Json<Reset>,
) -> Result<StatusCode, Problem> {
    let state = &public.state;
    state.throttles.link(public.context.address, state.now())?;
    let password = NewPassword::parse(form.password).map_err(|wrong| {
        Problem::new(kind::ACCOUNT_INVALID).field("password", wrong.to_string())
    })?;
    identity::reset_password(&state.db, &state.hashes, &form.token, password).await?;
    Ok(StatusCode::NO_CONTENT)
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
