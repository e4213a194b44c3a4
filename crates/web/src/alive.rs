use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use kernel::{LogId, Scope};

use crate::AppState;

/// How often whoever reads a log says that it is still there.
const BEAT: Duration = Duration::from_secs(15);

/// Does `work`, and lets the database know all the while that the log is being read: one that nobody
/// was heard of for minutes is ended as interrupted (`insight::sweep`).
pub(crate) async fn while_reading<T>(
    state: &AppState,
    scope: &Scope,
    log: LogId,
    work: impl Future<Output = T>,
) -> T {
    tokio::select! {
        done = work => done,
        never = beat(state, scope, log) => match never {},
    }
}

async fn beat(state: &AppState, scope: &Scope, log: LogId) -> Infallible {
    loop {
        tokio::time::sleep(BEAT).await;
        if let Err(error) = insight::note_alive(&state.db, scope, log).await {
            tracing::warn!(%error, %log, "insight.sign_of_life_not_stored");
        }
    }
}
