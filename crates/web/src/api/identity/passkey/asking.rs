use broker::protocol::{Answer, Call, PasskeyAsked, PasskeyPurpose};
use broker::socket::CallError;
use kernel::Scope;

use super::json::{CreationOptions, RequestOptions};
use crate::AppState;
use crate::context::Context;
use crate::problem::{Problem, kind};

/// A question for an authenticator that the person has.
pub(super) async fn ask(
    state: &AppState,
    context: &Context,
    scope: &Scope,
    purpose: PasskeyPurpose,
) -> Result<RequestOptions, Problem> {
    let verification = match purpose {
        PasskeyPurpose::SignIn => "required",
        PasskeyPurpose::Prove | PasskeyPurpose::Add => "preferred",
    };
    let asked = begin(state, context, scope, purpose).await?;
    Ok(RequestOptions::of(asked, verification))
}

/// A question for an authenticator that is to make a passkey.
pub(super) async fn ask_for_new(
    state: &AppState,
    context: &Context,
    scope: &Scope,
) -> Result<CreationOptions, Problem> {
    let asked = begin(state, context, scope, PasskeyPurpose::Add).await?;
    CreationOptions::of(asked)
        .ok_or_else(|| Problem::new(kind::INTERNAL).because("identity.passkey_for_nobody"))
}

async fn begin(
    state: &AppState,
    context: &Context,
    scope: &Scope,
    purpose: PasskeyPurpose,
) -> Result<PasskeyAsked, Problem> {
    state
        .throttles
        .passkey_question(context.address, state.now())?;
    match state
        .broker
        .call(scope, Call::BeginPasskey { purpose })
        .await?
    {
        Answer::PasskeyAsked(asked) => Ok(*asked),
        _ => Err(CallError::Unexpected.into()),
    }
}
