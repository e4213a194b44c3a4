use axum::response::Response;
use kernel::SessionId;

use super::sign_out::out;
use crate::extract::{Account, Id};
use crate::pages::answer::done;
use crate::problem::{Problem, kind};

/// Ends one of the sessions of the person who asks; the own one too, which is signing out.
pub(super) async fn end_session(
    account: Account,
    Id(session): Id<SessionId>,
) -> Result<Response, Problem> {
    let caller = account.release();
    if !identity::end_session(caller.write().await?, session).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    if session == caller.who.session {
        return Ok(out(&caller.state));
    }
    Ok(done(&caller.state, "/sessions", "The session was ended."))
}

/// Ends every session of the person who asks but this one.
pub(super) async fn end_others(mut account: Account) -> Result<Response, Problem> {
    let running = identity::sessions(&mut account.tx).await?;
    let caller = account.release();
    let own = caller.who.session;
    let mut ended = 0_u32;
    for session in running.iter().filter(|session| session.id != own) {
        // One that ended by itself meanwhile is no error.
        if identity::end_session(caller.write().await?, session.id).await? {
            ended += 1;
        }
    }
    let text = match ended {
        0 => "There was no other session.".to_owned(),
        1 => "One session was ended.".to_owned(),
        several => format!("{several} sessions were ended."),
    };
    Ok(done(&caller.state, "/sessions", &text))
}
