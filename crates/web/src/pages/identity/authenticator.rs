use axum::response::Response;
use broker::protocol::{Answer, Call};
use broker::socket::CallError;
use kernel::{Scope, Secret};
use ui::identity::Authenticator;

use super::local_path::local_path;
use super::recovery_codes::show_new_codes;
use crate::AppState;
use crate::api::identity::passkey::add::is_first;
use crate::api::identity::try_code;
use crate::context::Context;
use crate::extract::{Form, Half, RecentAccount};
use crate::pages::answer::{done, failed, html, is_about_form};
use crate::pages::page_of;
use crate::problem::{Problem, kind};

/// What authenticator apps list the account under.
const ISSUER: &str = "Countersign";

/// A key for an authenticator app, shown once, with the field for its first code.
pub(super) async fn begin(recent: RecentAccount) -> Result<Response, Problem> {
    let account = recent.who.email.clone();
    let caller = recent.0.release();
    let to = ("/security/authenticator/confirm", "/security");
    show_key(&caller.state, &caller.context, &caller.scope, &account, to).await
}

/// The same for a person whose organisation asks for a second factor, on the way in.
pub(super) async fn begin_at_sign_in(half: Half, form: Form) -> Result<Response, Problem> {
    let next = local_path(form.get("next"));
    let host = half
        .state
        .public_url
        .host_str()
        .unwrap_or(ISSUER)
        .to_owned();
    let to = ("/sign-in/second-factor", next);
    show_key(&half.state, &half.context, &half.scope, &host, to).await
}

/// Takes the first code.
pub(super) async fn confirm(recent: RecentAccount, form: Form) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let (state, scope) = (&caller.state, &caller.scope);
    let is_first = is_first(state, scope).await?;
    match try_code(state, scope, form.get("code")).await {
        Ok(()) if is_first => show_new_codes(state, &caller.context, scope, "/security").await,
        Ok(()) => Ok(done(state, "/security", "The authenticator app is set up.")),
        Err(problem) if is_about_form(&problem) => {
            let text = format!("{} Nothing was set up; begin again.", problem.sentence());
            Ok(failed(state, "/security", &text))
        }
        Err(problem) => Err(problem),
    }
}

/// Removes the app; with the last second factor go the recovery codes that stood in for it.
pub(super) async fn remove(recent: RecentAccount) -> Result<Response, Problem> {
    let person = recent.who.user;
    let caller = recent.0.release();
    if identity::remove_authenticator(caller.write().await?, person).await? {
        let text = "The authenticator app is no way in any more.";
        Ok(done(&caller.state, "/security", text))
    } else {
        let problem = Problem::new(kind::SECOND_FACTOR_KEPT);
        Ok(failed(&caller.state, "/security", problem.sentence()))
    }
}

async fn show_key(
    state: &AppState,
    context: &Context,
    scope: &Scope,
    account: &str,
    (action, next): (&str, &str),
) -> Result<Response, Problem> {
    let answer = state.broker.call(scope, Call::BeginAuthenticator).await?;
    let Answer::AuthenticatorBegun { key } = answer else {
        return Err(CallError::Unexpected.into());
    };
    let key = key.into_secret();
    let uri = crypto::totp::key_uri(key.expose(), ISSUER, account);
    html(&Authenticator {
        page: page_of(state, context, None),
        uri,
        key: in_groups(key.expose()),
        action: action.to_owned(),
        next: next.to_owned(),
    })
}

/// As people read a key out: in fours.
fn in_groups(key: &str) -> Secret<String> {
    let letters: Vec<char> = key.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    Secret::new(groups.join(" "))
}
