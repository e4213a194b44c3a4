use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::{ProviderId, Scope};
use saml::Certificate;

use crate::error::BrokerError;
use crate::issuer::{Documents, Issuer, IssuerConfig, IssuerError, IssuerKind, Speaks, Whose};
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store::providers as store;
use crate::vault::Field;

/// What providers were last seen to publish, by how they name themselves.
#[derive(Default)]
pub(crate) struct Providers(Mutex<HashMap<String, Arc<Documents>>>);

/// Documents of more are read again: whoever makes organisations up takes no more memory than this.
const MOST: usize = 500;

impl Providers {
    fn documents(&self, issuer: &str) -> Arc<Documents> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(issuer) {
            known.clear();
        }
        Arc::clone(known.entry(issuer.to_owned()).or_default())
    }
}

/// An issuer of the configuration by its name, or an organisation's provider by its identifier.
pub(crate) async fn known<L: Ledger>(
    service: &Service<L>,
    id: &str,
) -> Result<Arc<Issuer>, BrokerError> {
    match id.parse::<ProviderId>() {
        Ok(provider) => of_organisation(service, provider).await.map(Arc::new),
        Err(_) => Ok(service.issuers.find(id)?),
    }
}

/// Nobody need be bound: people who come by a provider are nobody yet.
async fn of_organisation<L: Ledger>(
    service: &Service<L>,
    id: ProviderId,
) -> Result<Issuer, BrokerError> {
    let mut tx = service.db.read(&Scope::Anonymous).await?;
    let row = store::to_ask(&mut tx, id).await?;
    let row = row.ok_or(IssuerError::Unknown)?;
    let client_secret = match row.secret {
        Some((secret, key)) => {
            let owner = (row.organisation, id.uuid());
            Some(
                service
                    .vault
                    .open(owner, Field::ClientSecret, secret, key)
                    .await?,
            )
        }
        None => None,
    };
    let documents = service.providers.documents(&row.issuer);
    let speaks = match row.saml {
        None => Speaks::Oidc,
        Some(saml) => Speaks::Saml(saml_provider(&row.issuer, saml)?),
    };
    let config = IssuerConfig {
        id: id.to_string(),
        kind: IssuerKind::Oidc {
            issuer: row.issuer,
            domains: row.domains,
        },
        client_id: row.client_id,
        client_secret,
    };
    Ok(Issuer {
        config,
        whose: Whose::Organisation(id, speaks),
        documents,
    })
}

fn saml_provider(
    entity_id: &str,
    (sso_url, certificates): (String, Vec<Vec<u8>>),
) -> Result<saml::metadata::Provider, IssuerError> {
    let certificates = certificates
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<Result<_, _>>()
        .map_err(|_| IssuerError::Metadata("a certificate of it is of no use"))?;
    saml::metadata::Provider::new(entity_id, &sso_url, certificates)
        .map_err(|_| IssuerError::Metadata("its entity ID or its address is of no use"))
}
