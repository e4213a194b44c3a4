use kernel::Scope;

use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, SecretText};
use crate::service::Service;
use crate::store;

/// The most proposals that a search finds.
pub(crate) const MAX_FOUND: i32 = 100;

/// Finds proposals by an exact text of what they would send: by the blind indexes of their payloads, none of which is
/// opened for it. Who may not see a request does not learn what is in it either.
pub(crate) async fn find<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    text: SecretText,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    store::require(&mut tx, "approvals.read").await?;
    let (organisation, ..) = store::bound(&mut tx)
        .await?
        .ok_or(BrokerError::Unauthenticated)?;
    let text = text.into_secret();
    let indexes = service
        .vault
        .indexes_of(&mut tx, organisation, text.expose())
        .await?;
    let proposals = store::indexed(&mut tx, &indexes, MAX_FOUND).await?;
    Ok(Answer::Found { proposals })
}
