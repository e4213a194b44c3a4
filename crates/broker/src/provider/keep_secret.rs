use kernel::{AuditEntry, ProviderId, Scope, Secret};

use crate::error::BrokerError;
use crate::issuer::IssuerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, SecretText};
use crate::service::Service;
use crate::store::providers as store;
use crate::vault::Field;

/// Seals the client secret of a provider, in place of an older one.
pub(crate) async fn keep_secret<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    provider: ProviderId,
    secret: SecretText,
) -> Result<Answer, BrokerError> {
    let secret: Secret<String> = secret.into_secret();
    let mut tx = service.db.write(scope).await?;
    let kept = store::secret_kept(&mut tx, provider).await?;
    let organisation = kept.ok_or(IssuerError::Unknown)?;
    let owner = (organisation, provider.uuid());
    let chance = service.db.chance();
    service
        .vault
        .put(&mut tx, owner, Field::ClientSecret, &secret, chance)
        .await?;
    tx.commit(AuditEntry::about("identity.provider_secret_kept", provider))
        .await?;
    Ok(Answer::SecretKept)
}
