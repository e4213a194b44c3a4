use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::SessionId;

use crate::problem::Problem;
use crate::route::permission::Person;
use crate::session::{Names, cookie};
use crate::{AppState, Can};

/// Ends the session that asks.
pub(super) async fn sign_out(can: Can<Person>) -> Result<Response, Problem> {
    let caller = can.release();
    let own = SessionId::from(caller.principal.credential);
    // False where it ended a moment ago: out is out.
    identity::end_session(caller.write().await?, own).await?;
    Ok(out(&caller.state))
}

/// To the door, without the cookie.
pub(super) fn out(state: &AppState) -> Response {
    let names = Names::of(state.is_https());
    let mut response = Redirect::to("/sign-in").into_response();
    cookie::add(response.headers_mut(), cookie::clear(names, names.session));
    response
}
