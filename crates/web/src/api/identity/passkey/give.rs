use axum::Json as Answered;
use broker::protocol::{Answer, Call, PasskeyPurpose};
use broker::socket::CallError;
use http::StatusCode;
use kernel::Scope;

use super::asking::ask;
use super::json::{AssertionJson, RequestOptions};
use crate::AppState;
use crate::context::Context;
use crate::extract::{Half, Json};
use crate::problem::Problem;

/// A question for the passkeys of a person whose password was right.
#[utoipa::path(post, path = "/api/v1/sessions/second-factor/passkey/options", tag = "identity", responses(
    (status = 200, description = "Ask an authenticator this, within five minutes.", body = RequestOptions),
))]
pub(in crate::api::identity) async fn ask_for_second_factor(
    half: Half,
) -> Result<Answered<RequestOptions>, Problem> {
    let asked = ask(
        &half.state,
        &half.context,
        &half.scope,
        PasskeyPurpose::Prove,
    )
    .await?;
    Ok(Answered(asked))
}

/// Gives a passkey as the second factor of a session that owes it.
#[utoipa::path(post, path = "/api/v1/sessions/second-factor/passkey", tag = "identity", request_body = AssertionJson,
    responses((status = 204, description = "The session is whole now.")),
)]
pub(in crate::api::identity) async fn give_second_factor_by_passkey(
    half: Half,
    Json(assertion): Json<AssertionJson>,
) -> Result<StatusCode, Problem> {
    give(&half.state, &half.context, &half.scope, assertion).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// As the second factor, or as the fresh proof, of the session that asks.
pub(crate) async fn give(
    state: &AppState,
    context: &Context,
    scope: &Scope,
    assertion: AssertionJson,
) -> Result<(), Problem> {
    state
        .throttles
        .passkey_question(context.address, state.now())?;
    let call = Call::GivePasskey {
        answer: assertion.into(),
    };
    match state.broker.call(scope, call).await? {
        Answer::PasskeyGiven => Ok(()),
        _ => Err(CallError::Unexpected.into()),
    }
}
