use std::time::{Duration, Instant};

use kernel::{AuditEntry, ConnectionId, Scope};

use crate::closing::close;
use crate::connection::Connection;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::Answer;
use crate::service::Service;
use crate::store;

/// Whoever looks what is due may be at it already: for so long their word is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Ends a connection: its state first, with the proposals that wait for it, so that no call leaves from then on; then
/// the app is told, and what was sealed is destroyed ([`close`]).
pub(crate) async fn disconnect<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: ConnectionId,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    store::require(&mut tx, "connectors.manage").await?;
    // An app whose manifest is gone is disconnected as well.
    match Connection::read(&mut tx, &service.apps, id).await {
        Ok(_) | Err(BrokerError::NoApp) => {}
        Err(error) => return Err(error),
    }
    drop(tx);
    let mut tx = service.db.write(scope).await?;
    // Once more is harmless: whatever is left of it goes.
    if store::set_connection_state(&mut tx, id, "disconnected", None).await? {
        let revoked = store::proposals_revoked(&mut tx, id).await?.unwrap_or(0);
        let entry = AuditEntry::about("connectors.disconnected", id)
            .with("proposals_revoked", i64::from(revoked));
        tx.commit(entry).await?;
    }
    let patience = if close(service, scope, Some(id)).await? {
        Duration::ZERO
    } else {
        PATIENCE
    };
    let begun = Instant::now();
    loop {
        let mut tx = service.db.read(scope).await?;
        let revocation = store::revocation(&mut tx, id).await?;
        drop(tx);
        if revocation.is_some() || begun.elapsed() >= patience {
            return Ok(Answer::Disconnected { revocation });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Ends every connection of the organisation, or those of one app, at once. Apps are told, and what was sealed is
/// destroyed, one after the other ([`crate::work`]).
pub(crate) async fn disconnect_all<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    app: Option<&str>,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.write(scope).await?;
    let ended = store::disconnect_all(&mut tx, app).await?;
    let connections = u32::try_from(ended.len()).unwrap_or(u32::MAX);
    let all = AuditEntry::new("connectors.all_disconnected")
        .with("app", app.unwrap_or("every app"))
        .with("connections", i64::from(connections));
    let each = ended
        .into_iter()
        .map(|id| AuditEntry::about("connectors.disconnected", id));
    tx.commit_all(std::iter::once(all).chain(each).collect())
        .await?;
    Ok(Answer::DisconnectedAll { connections })
}
