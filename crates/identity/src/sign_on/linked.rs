use db::{Error, ReadTx, WriteTx};
use kernel::{AuditEntry, ProviderId, ProviderIdentityId};
use time::OffsetDateTime;

use crate::store;

/// What the provider of the bound organisation knows the bound person as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedProvider {
    /// The provider that lets people in.
    pub id: ProviderId,
    /// What the organisation calls it.
    pub name: String,
    /// What it knows them as; none while it is not linked.
    pub identity: Option<ProviderIdentity>,
    /// Whether the session is the person's own, and not one that a provider began.
    pub is_own_session: bool,
}

/// What a provider knows a person as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderIdentity {
    /// Its identifier.
    pub id: ProviderIdentityId,
    /// What it calls them.
    pub label: String,
    /// When it was linked.
    pub created_at: OffsetDateTime,
}

/// The provider that lets people into the bound organisation, with what it knows the bound person as.
pub async fn linked_provider(tx: &mut ReadTx) -> Result<Option<LinkedProvider>, Error> {
    store::sign_on::linked(tx).await
}

/// Has the provider mean the bound person no more. Whether it did.
pub async fn unlink_provider(mut tx: WriteTx, id: ProviderIdentityId) -> Result<bool, Error> {
    let unlinked = store::sign_on::unlink(&mut tx, id).await?;
    if unlinked {
        tx.commit(AuditEntry::about("identity.identity_unlinked", id))
            .await?;
    }
    Ok(unlinked)
}
