use axum::Json as Answered;
use axum::response::Response;
use broker::protocol::{Answer, Call, PasskeyPurpose};
use broker::socket::CallError;
use identity::SessionToken;
use kernel::Scope;

use super::asking::ask;
use super::json::{AssertionJson, RequestOptions};
use crate::Public;
use crate::api::identity::sign_in::{HalfSignedIn, SignedIn, new_session, signed_in, to_begin};
use crate::extract::Json;
use crate::problem::Problem;

/// A question that signs whoever answers it in: for any passkey that this server made.
#[utoipa::path(post, path = "/api/v1/sessions/passkey/options", tag = "identity", responses(
    (status = 200, description = "Ask an authenticator this, within five minutes.", body = RequestOptions),
))]
pub(in crate::api::identity) async fn ask_to_sign_in(
    public: Public,
) -> Result<Answered<RequestOptions>, Problem> {
    let (state, context) = (&public.state, &public.context);
    let asked = ask(state, context, &Scope::Anonymous, PasskeyPurpose::SignIn).await?;
    Ok(Answered(asked))
}

/// Starts a session by a passkey: the answer sets its cookie.
///
/// The authenticator must have asked who is there (user verification): then the passkey is both factors.
#[utoipa::path(post, path = "/api/v1/sessions/passkey", tag = "identity", request_body = AssertionJson, responses(
    (status = 201, description = "Signed in.", body = SignedIn),
    (status = 202, description = "A second factor is due after all.", body = HalfSignedIn),
))]
pub(in crate::api::identity) async fn sign_in_by_passkey(
    public: Public,
    Json(assertion): Json<AssertionJson>,
) -> Result<Response, Problem> {
    let token = begin_by_passkey(&public, assertion).await?;
    signed_in(&public.state, &public.context, &token).await
}

/// The token of the session that a passkey starts.
pub(crate) async fn begin_by_passkey(
    public: &Public,
    assertion: AssertionJson,
) -> Result<SessionToken, Problem> {
    let (state, context) = (&public.state, &public.context);
    state.throttles.link(context.address, state.now())?;
    let session = new_session(state, context);
    let call = Call::SignInByPasskey {
        answer: assertion.into(),
        session: to_begin(&session),
    };
    match state.broker.call(&Scope::Anonymous, call).await? {
        Answer::SignedInByPasskey { .. } => Ok(session.into_token()),
        _ => Err(CallError::Unexpected.into()),
    }
}
