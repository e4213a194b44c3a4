use axum::response::Response;
use kernel::SessionId;

use super::sign_out::out;
use crate::Can;
use crate::extract::Id;
use crate::pages::answer::done;
use crate::problem::{Problem, kind};
use crate::route::permission::Person;

/// Ends one of the sessions of the person who asks; the own one too, which is signing out.
pub(super) async fn end_session(
    can: Can<Person>,
    Id(session): Id<SessionId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    if !identity::end_session(caller.write().await?, session).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    if session == SessionId::from(caller.principal.credential) {
        return Ok(out(&caller.state));
    }
    Ok(done(&caller.state, "/sessions", "The session was ended."))
}

/// Ends every session of the person who asks but this one.
pub(super) async fn end_others(mut can: Can<Person>) -> Result<Response, Problem> {
    let running = identity::sessions(&mut can.tx).await?;
    let caller = can.release();
    let own = SessionId::from(caller.principal.credential);
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
