use kernel::{AuditEntry, DomainId, Scope};

use crate::error::BrokerError;
use crate::issuer::IssuerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, DomainState};
use crate::service::Service;
use crate::store::providers as store;

/// Asks DNS whether the organisation's record is there, and, where another one has the domain, whether theirs
/// still is.
pub(crate) async fn check_domain<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: DomainId,
) -> Result<Answer, BrokerError> {
    let row = {
        let mut tx = service.db.read(scope).await?;
        store::domain_to_check(&mut tx, id).await?
    };
    let row = row.ok_or(IssuerError::UnknownDomain)?;
    let found = service.names.challenges(&row.domain).await?;
    let rival = row.rival.as_ref().map(|rival| found.contains(rival));
    let is_found = found.contains(&row.challenge);
    let mut tx = service.db.write(scope).await?;
    let state = store::domain_checked(&mut tx, id, (is_found, rival)).await?;
    let action = match state {
        DomainState::Verified => "identity.domain_verified",
        DomainState::Missing | DomainState::Failing => "identity.domain_not_verified",
        DomainState::Held => "identity.domain_held",
    };
    tx.commit(AuditEntry::about(action, id)).await?;
    Ok(Answer::DomainChecked(state))
}
