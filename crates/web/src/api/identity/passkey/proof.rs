use axum::Json as Answered;
use broker::protocol::PasskeyPurpose;
use http::StatusCode;

use super::asking::ask;
use super::give::give;
use super::json::{AssertionJson, RequestOptions};
use crate::extract::{Account, Json};
use crate::problem::Problem;

/// A question by which somebody who is signed in proves again who they are.
#[utoipa::path(post, path = "/api/v1/sessions/proof/passkey/options", tag = "identity", responses(
    (status = 200, description = "Ask an authenticator this, within five minutes.", body = RequestOptions),
))]
pub(in crate::api::identity) async fn ask_for_proof(
    account: Account,
) -> Result<Answered<RequestOptions>, Problem> {
    let caller = account.release();
    let (state, context) = (&caller.state, &caller.context);
    let asked = ask(state, context, &caller.scope, PasskeyPurpose::Prove).await?;
    Ok(Answered(asked))
}

/// Proves by a passkey, for the next ten minutes, who the session is.
#[utoipa::path(post, path = "/api/v1/sessions/proof/passkey", tag = "identity", request_body = AssertionJson,
    responses((status = 204, description = "Proven.")),
)]
pub(in crate::api::identity) async fn prove_by_passkey(
    account: Account,
    Json(assertion): Json<AssertionJson>,
) -> Result<StatusCode, Problem> {
    let caller = account.release();
    give(&caller.state, &caller.context, &caller.scope, assertion).await?;
    Ok(StatusCode::NO_CONTENT)
}
