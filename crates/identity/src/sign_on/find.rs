use db::{Db, Error};
use kernel::{ProviderId, Scope};

use crate::{Email, store};

/// What everybody may see of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFace {
    /// Which.
    pub id: ProviderId,
    /// What its organisation calls it.
    pub name: String,
}

/// The provider that people of an address's domain come by. Asks nothing about the person: whoever types the
/// domain hears the same.
pub async fn provider_of(db: &Db, address: &Email) -> Result<Option<ProviderId>, Error> {
    let domain = address.as_str().rsplit('@').next().unwrap_or_default();
    let mut tx = db.read(&Scope::Anonymous).await?;
    store::sign_on::provider_of(&mut tx, domain).await
}

/// The provider of an address of this server.
pub async fn provider_face(db: &Db, id: ProviderId) -> Result<Option<ProviderFace>, Error> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    let name = store::sign_on::provider_name(&mut tx, id).await?;
    Ok(name.map(|name| ProviderFace { id, name }))
}
