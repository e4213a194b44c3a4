use std::convert::Infallible;
use std::time::Duration;

use axum::response::Sse;
use axum::response::sse::Event;
use futures_util::stream::{Stream, unfold};
use kernel::OrganisationId;
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep_until};

use crate::Can;
use crate::extract::{Caller, admit};
use crate::route::permission::{ApprovalsRead, Permit as _};

/// A comment keeps proxies from closing a quiet line, and the session is looked at again.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Tells an open page that proposals of its organisation have moved, so that it fetches its rows
/// again. The line carries no content, and ends with the session.
pub(super) async fn events(
    can: Can<ApprovalsRead>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = can.state.changes.subscribe();
    let line = Line {
        caller: can.release(),
        changes,
        beat_at: Instant::now() + HEARTBEAT,
        greeted: false,
    };
    Sse::new(unfold(line, Line::next))
}

struct Line {
    caller: Caller,
    changes: broadcast::Receiver<OrganisationId>,
    beat_at: Instant,
    greeted: bool,
}

impl Line {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        // What moved between the page and this line would not be told by anything else.
        if !self.greeted {
            self.greeted = true;
            return Some((Ok(changed()), self));
        }
        loop {
            tokio::select! {
                moved = self.changes.recv() => match moved {
                    Ok(organisation) if organisation != self.caller.principal.organisation => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {
                        return Some((Ok(changed()), self));
                    }
                },
                () = sleep_until(self.beat_at) => {
                    let Caller { state, scope, .. } = &self.caller;
                    admit(state, scope, ApprovalsRead::ACCESS).await.ok()?;
                    self.beat_at = Instant::now() + HEARTBEAT;
                    return Some((Ok(Event::default().comment("")), self));
                }
            }
        }
    }
}

fn changed() -> Event {
    Event::default().event("changed").data("rows")
}
