use std::time::Duration;

use kernel::OrganisationId;

use crate::AppState;

/// The channel on which the database tells of proposals that moved; the payload is the
/// organisation's UUID (`db/migrations/0008_approvals_proposals.sql`).
const APPROVALS: &str = "countersign_approvals";
/// How often noted uses of API keys are written down.
const WRITE_USES_EVERY: Duration = Duration::from_secs(30);
/// How often to end what was left behind.
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// How long to wait before listening again after the database went away.
const LISTEN_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Does what goes on between requests, until it is dropped: listens for proposals that move, on one
/// connection for all pages, writes down which API keys were used, ends what was left behind, and
/// runs scans.
pub async fn run_background(state: AppState) {
    tokio::join!(
        listen(&state),
        write_uses(&state),
        sweep(&state),
        crate::scan::run_jobs(&state)
    );
}

async fn listen(state: &AppState) {
    loop {
        if let Err(error) = hear(state).await {
            tracing::warn!(%error, "web.listen_failed");
        }
        tokio::time::sleep(LISTEN_AGAIN_AFTER).await;
    }
}

async fn hear(state: &AppState) -> Result<(), db::Error> {
    let mut listener = state.db.listen(&[APPROVALS]).await?;
    loop {
        let told = listener.recv().await?;
        if let Ok(organisation) = told.payload().parse::<uuid::Uuid>() {
            state.changes.tell(OrganisationId::from(organisation));
        }
    }
}

async fn write_uses(state: &AppState) {
    loop {
        tokio::time::sleep(WRITE_USES_EVERY).await;
        flush_uses(state).await;
    }
}

/// Writes down which keys and tokens were used since this was last done. Once more when the server
/// stops, after its last request: a key that was used just before is no key that nobody uses.
pub async fn flush_uses(state: &AppState) {
    if let Err(error) = state.key_uses.write(&state.db).await {
        tracing::warn!(%error, "access.key_uses_not_written");
    }
    if let Err(error) = state.token_uses.write(&state.db).await {
        tracing::warn!(%error, "oauth.token_uses_not_written");
    }
}

/// Ends what processes that died have left: logs half read, jobs half done.
async fn sweep(state: &AppState) {
    loop {
        if let Err(error) = insight::sweep(&state.db).await {
            tracing::warn!(%error, "insight.not_swept");
        }
        if let Err(error) = connectors::sweep_scans(&state.db).await {
            tracing::warn!(%error, "connectors.scans_not_swept");
        }
        if let Err(error) = ::oauth::sweep(&state.db).await {
            tracing::warn!(%error, "oauth.not_swept");
        }
        if let Err(error) = db::jobs::sweep(&state.db).await {
            tracing::warn!(%error, "jobs.not_swept");
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}
