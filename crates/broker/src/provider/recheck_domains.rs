use kernel::Scope;

use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store::providers as store;

/// A round ends, so that what waits for it is told to stop.
const MOST: usize = 50;

/// Asks DNS about verified domains whose day has come, one after the other. What DNS does not answer says nothing.
pub(crate) async fn recheck_domains<L: Ledger>(service: &Service<L>) -> Result<(), BrokerError> {
    for _ in 0..MOST {
        let mut tx = service.db.write(&Scope::Anonymous).await?;
        let next = store::next_domain(&mut tx).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "to have taken a question is no news; what comes of it is"
        )]
        tx.commit_silently().await?;
        let Some(next) = next else { return Ok(()) };
        let found = match service.names.challenges(&next.domain).await {
            Ok(found) => found.contains(&next.challenge),
            Err(error) => {
                tracing::info!(%error, "identity.domain_not_answered");
                continue;
            }
        };
        let mut tx = service.db.write(&Scope::Anonymous).await?;
        store::domain_rechecked(&mut tx, &next, found).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "identity.domain_rechecked tells the organisation what changed"
        )]
        tx.commit_silently().await?;
    }
    Ok(())
}
