use kernel::{AuditEntry, ConnectionId, Scope};
use manifest::RevokeRule;

use crate::connection::Connection;
use crate::egress::oauth::Revoked;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::Answer;
use crate::service::Service;
use crate::store;
use crate::token::{client, stored};
use crate::vault::Field;

/// Ends a connection: its state first, with the proposals that wait for it, so that no call leaves
/// from then on; then the provider is told, where it can be; then the tokens are destroyed, whatever
/// the provider said.
pub(crate) async fn disconnect<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: ConnectionId,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    store::require(&mut tx, "connectors.manage").await?;
    let connection = Connection::read(&mut tx, &service.apps, id).await?;
    drop(tx);
    let mut tx = service.db.write(scope).await?;
    // Once more is harmless: whatever is left of it goes.
    store::set_connection_state(&mut tx, id, "disconnected", None).await?;
    let proposals = service.ledger.revoke_disconnected(&mut tx, id).await?;
    let entry = AuditEntry::about("connectors.disconnected", id)
        .with("proposals_revoked", i64::from(proposals));
    tx.commit(entry).await?;
    let revoked = revoke(service, scope, &connection).await?;
    let mut tx = service.db.write(scope).await?;
    let destroyed = store::delete_secrets(&mut tx, id.uuid()).await?;
    let entry = AuditEntry::about("connectors.tokens_destroyed", id)
        .with("secrets", i64::try_from(destroyed).unwrap_or(i64::MAX))
        .with(
            "revoked",
            revoked.map_or("not possible", |done| {
                if done { "confirmed" } else { "not confirmed" }
            }),
        );
    tx.commit(entry).await?;
    Ok(Answer::Disconnected { revoked })
}

/// Whether the provider confirmed; nothing where it has no way to, or there was no token.
async fn revoke<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
) -> Result<Option<bool>, BrokerError> {
    if matches!(connection.manifest.auth.revoke, RevokeRule::Absent { .. }) {
        return Ok(None);
    }
    // A refresh token's end is the grant's; an access token's is its own (RFC 7009 2.1).
    let mut token = stored(service, scope, connection, Field::RefreshToken).await?;
    if token.is_none() {
        token = stored(service, scope, connection, Field::AccessToken).await?;
    }
    let Some(token) = token else { return Ok(None) };
    let secret = stored(service, scope, connection, Field::ClientSecret).await?;
    let client = client(connection, secret.as_ref())?;
    Ok(match service.egress.revoke(&client, &token).await {
        Ok(Revoked::Confirmed) => Some(true),
        Ok(Revoked::NotPossible) => None,
        Err(_) => Some(false),
    })
}
