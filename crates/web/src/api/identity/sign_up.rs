use http::StatusCode;
use identity::NewAccount;
use kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Public;
use crate::extract::Json;
use crate::problem::Problem;

/// A new person with a first organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignUp {
    /// The address to sign in with.
    #[schema(example = "ada@example.com")]
    email: String,
    /// The person's name.
    name: String,
    /// The organisation's name.
    organisation: String,
    /// At least 10 characters, hard to guess.
    #[schema(value_type = String, format = Password)]
    password: Secret<String>,
}

/// Makes an account and its organisation, unless the address has one.
///
/// The answer is the same either way: nobody finds out here who has an account. Sign in afterwards.
#[utoipa::path(post, path = "/api/v1/sign-up", tag = "identity", request_body = SignUp, responses(
    (status = 202, description = "Taken. Sign in."),
))]
pub(super) async fn sign_up(
    public: Public,
    Json(form): Json<SignUp>,
) -> Result<StatusCode, Problem> {
    let state = &public.state;
    state
        .throttles
        .sign_up(public.context.address, state.now())?;
    let account = NewAccount::parse(&form.email, &form.name, &form.organisation, form.password)?;
    identity::sign_up(&state.db, &state.hashes, account).await?;
    Ok(StatusCode::ACCEPTED)
}
