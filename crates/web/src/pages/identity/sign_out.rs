use axum::response::{IntoResponse as _, Redirect, Response};

use crate::AppState;
use crate::extract::Account;
use crate::problem::Problem;
use crate::session::{Names, cookie};

/// Ends the session that asks.
pub(super) async fn sign_out(account: Account) -> Result<Response, Problem> {
    let holder = account.release();
    identity::sign_out(holder.write().await?).await?;
    Ok(out(&holder.state))
}

/// To the door, without the cookie.
pub(super) fn out(state: &AppState) -> Response {
    let names = Names::of(state.is_https());
    let mut response = Redirect::to("/sign-in").into_response();
    cookie::add(response.headers_mut(), cookie::clear(names, names.session));
    response
}
