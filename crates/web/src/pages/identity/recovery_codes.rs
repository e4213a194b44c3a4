use axum::response::Response;
use http::{HeaderValue, header};
use kernel::Scope;
use ui::identity::RecoveryCodes;

use crate::AppState;
use crate::context::Context;
use crate::extract::RecentAccount;
use crate::pages::answer::html;
use crate::pages::page_of;
use crate::problem::Problem;

/// New codes in place of all older ones.
pub(super) async fn make_recovery_codes(recent: RecentAccount) -> Result<Response, Problem> {
    let caller = recent.0.release();
    show_new_codes(&caller.state, &caller.context, &caller.scope, "/security").await
}

/// Makes codes and shows them, this once.
pub(super) async fn show_new_codes(
    state: &AppState,
    context: &Context,
    scope: &Scope,
    next: &str,
) -> Result<Response, Problem> {
    let codes =
        identity::replace_recovery_codes(state.db.write(scope).await?, state.db.chance()).await?;
    let mut response = html(&RecoveryCodes {
        page: page_of(state, context, None),
        codes,
        next: next.to_owned(),
    })?;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
