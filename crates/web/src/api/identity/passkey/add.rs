use axum::Json as Answered;
use broker::protocol::{Answer, Call};
use broker::socket::CallError;
use http::StatusCode;
use identity::PasskeyName;
use kernel::{PasskeyId, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asking::ask_for_new;
use super::json::{CreationOptions, RegistrationJson};
use crate::AppState;
use crate::extract::{Half, Json, RecentAccount};
use crate::problem::{Problem, kind};

/// A passkey that an authenticator has just made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api::identity) struct NewPasskey {
    /// What the person calls it.
    #[schema(example = "My phone")]
    name: String,
    /// What the authenticator answered.
    credential: RegistrationJson,
}

/// A passkey is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::identity) struct AddedPasskey {
    /// Its identifier.
    #[schema(example = "pky_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// For the day when it is lost, each good once; made with the first second factor, and shown this once.
    recovery_codes: Vec<String>,
}

/// A question for an authenticator that is to make a passkey. Needs a fresh proof.
#[utoipa::path(post, path = "/api/v1/passkeys/options", tag = "identity", responses(
    (status = 200, description = "Ask an authenticator this, within five minutes.", body = CreationOptions),
))]
pub(in crate::api::identity) async fn ask_to_add(
    recent: RecentAccount,
) -> Result<Answered<CreationOptions>, Problem> {
    let caller = recent.0.release();
    let asked = ask_for_new(&caller.state, &caller.context, &caller.scope).await?;
    Ok(Answered(asked))
}

/// Adds a passkey of the person who asks. Needs a fresh proof.
#[utoipa::path(post, path = "/api/v1/passkeys", tag = "identity", request_body = NewPasskey,
    responses((status = 201, description = "Kept.", body = AddedPasskey)),
)]
pub(in crate::api::identity) async fn add_passkey(
    recent: RecentAccount,
    Json(new): Json<NewPasskey>,
) -> Result<(StatusCode, Answered<AddedPasskey>), Problem> {
    let caller = recent.0.release();
    let (state, scope) = (&caller.state, &caller.scope);
    let is_first = is_first(state, scope).await?;
    let added = add(state, scope, &new.name, new.credential).await?;
    answered(state, scope, (added, is_first)).await
}

/// A question for a first passkey, on the way in to an organisation that asks for a second factor.
#[utoipa::path(post, path = "/api/v1/sessions/second-factor/new-passkey/options", tag = "identity", responses(
    (status = 200, description = "Ask an authenticator this, within five minutes.", body = CreationOptions),
))]
pub(in crate::api::identity) async fn ask_to_add_at_sign_in(
    half: Half,
) -> Result<Answered<CreationOptions>, Problem> {
    let asked = ask_for_new(&half.state, &half.context, &half.scope).await?;
    Ok(Answered(asked))
}

/// Adds the first passkey of a person whose organisation asks for a second factor: it is given, too.
#[utoipa::path(post, path = "/api/v1/sessions/second-factor/new-passkey", tag = "identity", request_body = NewPasskey,
    responses((status = 201, description = "Kept, and the session is whole now.", body = AddedPasskey)),
)]
pub(in crate::api::identity) async fn add_passkey_at_sign_in(
    half: Half,
    Json(new): Json<NewPasskey>,
) -> Result<(StatusCode, Answered<AddedPasskey>), Problem> {
    let added = add(&half.state, &half.scope, &new.name, new.credential).await?;
    // Only a first one is added here.
    answered(&half.state, &half.whole(), (added, true)).await
}

/// Keeps a passkey of whoever asks.
pub(crate) async fn add(
    state: &AppState,
    scope: &Scope,
    name: &str,
    credential: RegistrationJson,
) -> Result<PasskeyId, Problem> {
    let name = PasskeyName::parse(name)
        .map_err(|wrong| Problem::new(kind::PASSKEY_NAME).field("name", wrong.to_string()))?;
    let answer = credential.named(&name);
    match state
        .broker
        .call(scope, Call::AddPasskey { answer })
        .await?
    {
        Answer::PasskeyAdded { passkey } => Ok(passkey),
        _ => Err(CallError::Unexpected.into()),
    }
}

/// Whether the person has no second factor yet: the first one brings recovery codes with it.
pub(crate) async fn is_first(state: &AppState, scope: &Scope) -> Result<bool, Problem> {
    let mut tx = state.db.read(scope).await?;
    Ok(!identity::second_factors(&mut tx).await?.any())
}

async fn answered(
    state: &AppState,
    scope: &Scope,
    (added, is_first): (PasskeyId, bool),
) -> Result<(StatusCode, Answered<AddedPasskey>), Problem> {
    let recovery_codes = if is_first {
        let tx = state.db.write(scope).await?;
        let codes = identity::replace_recovery_codes(tx, state.db.chance()).await?;
        codes.iter().map(|code| code.expose().clone()).collect()
    } else {
        Vec::new()
    };
    let id = added.to_string();
    let body = AddedPasskey { id, recovery_codes };
    Ok((StatusCode::CREATED, Answered(body)))
}
