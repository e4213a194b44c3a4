use db::{Error, WriteTx};
use kernel::{AuditEntry, ProviderId};
use saml::Certificate;
use saml::metadata::MetadataError;
use time::OffsetDateTime;

use super::ProviderCertificate;
use crate::store;

/// An identity provider of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its identifier.
    pub id: ProviderId,
    /// What it speaks.
    pub kind: ProviderKind,
    /// What the organisation calls it.
    pub name: String,
    /// As it names itself.
    pub issuer: String,
    /// This server, as it knows it; OpenID Connect alone.
    pub client_id: Option<String>,
    /// When its client secret was last set.
    pub secret_kept_at: Option<OffsetDateTime>,
    /// Whether it makes accounts for people of the organisation's domains.
    pub makes_accounts: bool,
    /// Of which level.
    pub level: i32,
    /// Whose keys sign; SAML alone.
    pub certificates: Vec<ProviderCertificate>,
    /// When somebody last came back from it as they should.
    pub tested_at: Option<OffsetDateTime>,
    /// Since when it lets people in.
    pub turned_on_at: Option<OffsetDateTime>,
}

/// What a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderKind {
    /// OpenID Connect Core 1.0.
    Oidc,
    /// SAML 2.0.
    Saml,
}

/// A provider as a form gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProvider {
    name: String,
    issuer: String,
    client_id: Option<String>,
    /// Of SAML alone: where people are sent, and whose keys sign (DER).
    sso_url: Option<String>,
    certificates: Vec<Vec<u8>>,
    makes_accounts: bool,
    level: i32,
}

/// How a form describes a provider of SAML: by its metadata, or where that is blank by its parts.
#[derive(Debug, Clone, Copy, Default)]
pub struct SamlForm<'a> {
    /// XML, as the provider publishes it.
    pub metadata: &'a str,
    /// What it calls itself.
    pub entity_id: &'a str,
    /// Where it takes requests by redirect.
    pub sso_url: &'a str,
    /// One or more, in PEM or base64.
    pub certificates: &'a str,
}

/// What is wrong with a form, by field.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("the provider is not described as it should be")]
pub struct NewProviderError {
    /// Its name.
    pub name: Option<&'static str>,
    /// Its issuer.
    pub issuer: Option<&'static str>,
    /// The client id.
    pub client_id: Option<&'static str>,
    /// The description of a provider of SAML.
    pub metadata: Option<DescriptionError>,
    /// The level of new people.
    pub level: Option<&'static str>,
}

/// What is wrong with the description of a provider of SAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// There is none.
    #[error(
        "Paste the metadata that the provider publishes, or give its parts: entity ID, sign-in address and certificate."
    )]
    Blank,
    /// It is of no use.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

/// Why a provider was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddProviderError {
    /// There are ten.
    #[error("there are as many providers as can be")]
    Many,
    /// The database failed.
    #[error("the provider could not be added")]
    Database(#[from] Error),
}

/// Why a provider stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// There is no such provider here.
    #[error("there is no such provider")]
    Gone,
    /// Nobody has come back from it yet.
    #[error("try the provider before it lets people in")]
    Untested,
    /// It lets people in.
    #[error("turn the provider off before it is removed")]
    On,
    /// None lets people in.
    #[error("no provider lets anybody in")]
    Off,
    /// The database failed.
    #[error("the provider could not be changed")]
    Database(#[from] Error),
}

const MAX_NAME: usize = 100;
const MAX_ISSUER: usize = 500;
const MAX_CLIENT: usize = 300;

impl NewProvider {
    /// Checks a form: the issuer as it names itself (OpenID Connect Discovery 3), without query or fragment.
    pub fn oidc(
        (name, issuer, client_id): (&str, &str, &str),
        (makes_accounts, level): (bool, &str),
    ) -> Result<Self, NewProviderError> {
        let (name, issuer, client_id) = (name.trim(), issuer.trim(), client_id.trim());
        let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_graphic());
        let is_issuer = (issuer.starts_with("https://") || issuer.starts_with("http://"))
            && issuer.len() <= MAX_ISSUER
            && is_plain(issuer)
            && !issuer.contains(['?', '#', '@']);
        let is_client = (1..=MAX_CLIENT).contains(&client_id.len()) && is_plain(client_id);
        let level = parse_level(level);
        let wrong = NewProviderError {
            name: (!is_name(name)).then_some(NAME),
            issuer: (!is_issuer).then_some(
                "Give the issuer as the provider writes it, such as https://login.example.com: an address without ? and #.",
            ),
            client_id: (!is_client).then_some("Give the client id that the provider shows, of 300 characters at most."),
            level: level.is_none().then_some(LEVEL),
            metadata: None,
        };
        match level {
            Some(level) if wrong == NewProviderError::default() => Ok(Self {
                name: name.to_owned(),
                issuer: issuer.to_owned(),
                client_id: Some(client_id.to_owned()),
                sso_url: None,
                certificates: Vec::new(),
                makes_accounts,
                level,
            }),
            _ => Err(wrong),
        }
    }

    /// Checks a form of a provider of SAML.
    pub fn saml(
        (name, form): (&str, SamlForm<'_>),
        (makes_accounts, level): (bool, &str),
        now: OffsetDateTime,
    ) -> Result<Self, NewProviderError> {
        let name = name.trim();
        let (level, described) = (parse_level(level), form.read(now));
        let wrong = NewProviderError {
            name: (!is_name(name)).then_some(NAME),
            level: level.is_none().then_some(LEVEL),
            metadata: described.as_ref().err().copied(),
            ..NewProviderError::default()
        };
        match (level, described) {
            (Some(level), Ok(described)) if wrong == NewProviderError::default() => Ok(Self {
                name: name.to_owned(),
                issuer: described.entity_id,
                client_id: None,
                sso_url: Some(described.sso_url.into()),
                certificates: described
                    .certificates
                    .iter()
                    .map(|certificate| certificate.der().to_vec())
                    .collect(),
                makes_accounts,
                level,
            }),
            _ => Err(wrong),
        }
    }
}

impl SamlForm<'_> {
    fn read(&self, now: OffsetDateTime) -> Result<saml::metadata::Provider, DescriptionError> {
        let parts = [self.entity_id, self.sso_url, self.certificates];
        let metadata = self.metadata.trim();
        if !metadata.is_empty() {
            let provider = saml::metadata::Provider::from_metadata(metadata.as_bytes(), now);
            return Ok(provider?);
        } else if parts.iter().all(|part| part.trim().is_empty()) {
            return Err(DescriptionError::Blank);
        }
        let certificates = self
            .certificates
            .split("-----END CERTIFICATE-----")
            .filter(|text| !text.trim().is_empty())
            .map(Certificate::from_text)
            .collect::<Result<_, _>>()
            .map_err(MetadataError::from)?;
        let entity_id = self.entity_id.trim();
        Ok(saml::metadata::Provider::new(
            entity_id,
            self.sso_url,
            certificates,
        )?)
    }
}

const NAME: &str = "Give it a name of 1 to 100 characters.";
const LEVEL: &str = "Choose what new people may do.";

fn parse_level(text: &str) -> Option<i32> {
    text.parse()
        .ok()
        .filter(|level| [40, 30, 20].contains(level))
}

fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    (1..=MAX_NAME).contains(&length) && !name.chars().any(char::is_control)
}

/// Adds a provider to the bound organisation, which lets nobody in yet.
pub async fn add_provider(
    mut tx: WriteTx,
    new: &NewProvider,
) -> Result<ProviderId, AddProviderError> {
    let row = store::sign_on::NewRow {
        kind: if new.sso_url.is_some() {
            "saml"
        } else {
            "oidc"
        },
        name: &new.name,
        issuer: &new.issuer,
        client_id: new.client_id.as_deref(),
        sso_url: new.sso_url.as_deref(),
        certificates: &new.certificates,
        makes_accounts: new.makes_accounts,
        level: new.level,
    };
    let added = store::sign_on::add_provider(&mut tx, row).await?;
    let id = added.ok_or(AddProviderError::Many)?;
    tx.commit(AuditEntry::about("identity.provider_added", id))
        .await?;
    Ok(id)
}

/// Lets people in by a provider, and by no other one.
pub async fn turn_on_provider(mut tx: WriteTx, id: ProviderId) -> Result<(), ProviderError> {
    match store::sign_on::turn_on(&mut tx, id).await?.as_str() {
        "on" => {}
        "untested" => return Err(ProviderError::Untested),
        _ => return Err(ProviderError::Gone),
    }
    tx.commit(AuditEntry::about("identity.provider_turned_on", id))
        .await?;
    Ok(())
}

/// Lets nobody in by a provider any more: its sessions end at once.
pub async fn turn_off_provider(mut tx: WriteTx, id: ProviderId) -> Result<(), ProviderError> {
    if !store::sign_on::turn_off(&mut tx, id).await? {
        return Err(ProviderError::Gone);
    }
    tx.commit(AuditEntry::about("identity.provider_turned_off", id))
        .await?;
    Ok(())
}

/// Takes a provider away that lets nobody in, with its secret and whom it meant.
pub async fn remove_provider(mut tx: WriteTx, id: ProviderId) -> Result<(), ProviderError> {
    match store::sign_on::remove_provider(&mut tx, id).await?.as_str() {
        "removed" => {}
        "on" => return Err(ProviderError::On),
        _ => return Err(ProviderError::Gone),
    }
    tx.commit(AuditEntry::about("identity.provider_removed", id))
        .await?;
    Ok(())
}

/// Sets whether sessions act in the bound organisation that its provider did not begin. Its owners' always do.
pub async fn require_sso(mut tx: WriteTx, is_required: bool) -> Result<(), ProviderError> {
    if store::sign_on::require(&mut tx, is_required).await? == "off" {
        return Err(ProviderError::Off);
    }
    let entry = AuditEntry::new("identity.sso_rule").with("is_required", is_required);
    tx.commit(entry).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_field_by_field() {
        let good = ("Okta", "https://login.example.com", "client");
        assert!(NewProvider::oidc(good, (true, "40")).is_ok());
        let wrong = NewProvider::oidc((" ", "login.example.com", ""), (true, "100")).unwrap_err();
        assert!(wrong.name.is_some() && wrong.issuer.is_some());
        assert!(wrong.client_id.is_some() && wrong.level.is_some());
        for issuer in [
            "https://a.example?x",
            "https://a.example#x",
            "ftp://a.example",
            "https://u@a.example",
            "https://a.example/\u{e9}",
            "javascript:alert(1)",
        ] {
            let wrong = NewProvider::oidc(("Okta", issuer, "client"), (true, "40"));
            assert!(wrong.unwrap_err().issuer.is_some(), "{issuer}");
        }
    }
}
