//! Single sign-on of an organisation: its mail domains and its identity providers.

mod certificate;
mod domain;
mod find;
mod linked;
mod provider;

pub use certificate::{
    ChangeCertificateError, ProviderCertificate, add_certificate, remove_certificate,
};
pub use domain::{
    AddDomainError, DOMAIN_GRACE, Domain, DomainName, DomainNameError, add_domain, remove_domain,
};
pub use find::{ProviderFace, host_of, provider_face, provider_of};
pub use linked::{LinkedProvider, ProviderIdentity, linked_provider, unlink_provider};
pub use provider::{
    AddProviderError, DescriptionError, NewProvider, NewProviderError, Provider, ProviderError,
    ProviderKind, SamlForm, add_provider, remove_provider, require_sso, turn_off_provider,
    turn_on_provider,
};

use db::{Error, ReadTx};
use kernel::ProviderId;

use crate::store;

/// What an organisation has set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOn {
    /// Its mail domains, in order.
    pub domains: Vec<Domain>,
    /// Its providers, oldest first.
    pub providers: Vec<Provider>,
    /// What the next provider is called in addresses.
    pub next_provider: ProviderId,
    /// Whether no session but a provider's acts in it, its owners' aside.
    pub is_required: bool,
}

/// What the bound organisation has set up, for whoever may manage it.
pub async fn sign_on(tx: &mut ReadTx) -> Result<SignOn, Error> {
    let (is_required, next_provider) = store::sign_on::rules(tx).await?;
    Ok(SignOn {
        domains: store::sign_on::domains(tx).await?,
        providers: store::sign_on::providers(tx).await?,
        next_provider,
        is_required,
    })
}
