use askama::Template;
use kernel::{DomainId, ProviderId, ProviderIdentityId, sign_on_door};
use time::OffsetDateTime;

use crate::Page;
use crate::component::{FieldErrors, Tone};
use crate::filters;

/// Single sign-on of an organisation, for whoever manages it.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/sign_on.html")]
pub struct SignOnSettings {
    /// What every page shares.
    pub page: Page,
    /// The organisation's name.
    pub organisation: String,
    /// Whether they have proven lately who they are: changes are offered only then.
    pub is_recent: bool,
    /// Its mail domains.
    pub domains: Vec<DomainRow>,
    /// Its providers.
    pub providers: Vec<ProviderRow>,
    /// Whether members must come by the provider.
    pub is_required: bool,
    /// Where a provider sends people back to: this server's address before the provider's identifier.
    pub origin: String,
    /// What the next provider is called in addresses.
    pub next_provider: ProviderId,
    /// The domain that was typed.
    pub domain: String,
    /// What is wrong with it: `domain`.
    pub domain_errors: FieldErrors,
    /// The provider that was typed.
    pub form: ProviderForm,
    /// The provider of SAML that was typed.
    pub saml: SamlProviderForm,
}

/// A mail domain.
#[derive(Debug, Clone)]
pub struct DomainRow {
    /// Its identifier.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// What the TXT record says.
    pub challenge: String,
    /// When DNS was last asked.
    pub checked_at: Option<OffsetDateTime>,
    /// Since when the domain is the organisation's.
    pub verified_at: Option<OffsetDateTime>,
    /// When it is not any more, where DNS goes on saying that the record is gone.
    pub lost_at: Option<OffsetDateTime>,
}

/// An identity provider.
#[derive(Debug, Clone)]
pub struct ProviderRow {
    /// Its identifier.
    pub id: ProviderId,
    /// What it speaks, in words.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// As it names itself.
    pub issuer: String,
    /// This server, as it knows it.
    pub client_id: Option<String>,
    /// When its client secret was last set.
    pub secret_kept_at: Option<OffsetDateTime>,
    /// What people get whom it makes an account for; none where it makes none.
    pub makes: Option<String>,
    /// Whose keys sign; SAML alone.
    pub certificates: Vec<CertificateRow>,
    /// When somebody last came back from it as they should.
    pub tested_at: Option<OffsetDateTime>,
    /// Since when it lets people in.
    pub turned_on_at: Option<OffsetDateTime>,
}

/// A certificate whose key a provider of SAML signs with.
#[derive(Debug, Clone)]
pub struct CertificateRow {
    /// SHA-256 of it, in hexadecimal.
    pub fingerprint: String,
    /// Whom it names.
    pub subject: String,
    /// When it ends.
    pub ends: OffsetDateTime,
}

/// A new provider, as typed. Never the secret.
#[derive(Debug, Clone, Default)]
pub struct ProviderForm {
    /// Its name.
    pub name: String,
    /// As it names itself.
    pub issuer: String,
    /// This server, as it knows it.
    pub client_id: String,
    /// Whether it makes no accounts.
    pub makes_none: bool,
    /// The level of new people, as it is sent.
    pub level: String,
    /// What is wrong, by field: `name`, `issuer`, `client_id`, `level`.
    pub errors: FieldErrors,
}

/// A new provider of SAML, as typed: by its metadata, or by its parts.
#[derive(Debug, Clone, Default)]
pub struct SamlProviderForm {
    /// Its name.
    pub name: String,
    /// XML, as the provider publishes it.
    pub metadata: String,
    /// As it names itself.
    pub entity_id: String,
    /// Where it takes requests.
    pub sso_url: String,
    /// Whose keys sign: PEM.
    pub certificates: String,
    /// Whether it makes no accounts.
    pub makes_none: bool,
    /// The level of new people, as it is sent.
    pub level: String,
    /// What is wrong, by field: `name`, `metadata`, `level`.
    pub errors: FieldErrors,
}

/// Levels of people whom a provider makes an account for, as sent and in words.
pub const NEW_LEVELS: [(&str, &str); 3] = [
    ("40", "User: works with what is theirs"),
    ("30", "Learner: reads more than they do"),
    ("20", "Viewer: reads"),
];

/// The form that asks for an address, to find the organisation's provider by its domain.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/find_provider.html")]
pub struct FindProvider {
    /// What every page shares.
    pub page: Page,
    /// The address that was typed.
    pub email: String,
    /// Local path to go on to.
    pub next: String,
    /// What is wrong with it: `email`.
    pub errors: FieldErrors,
}

/// The door of one provider.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/provider_door.html")]
pub struct ProviderDoor {
    /// What every page shares.
    pub page: Page,
    /// Which.
    pub id: ProviderId,
    /// What its organisation calls it.
    pub name: String,
    /// Where it asks people who they are.
    pub host: String,
    /// Whether its organisation has shown that a mail domain is its own.
    pub has_domain: bool,
    /// Local path to go on to.
    pub next: String,
}

/// A provider answered whoever tried it.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/provider_tested.html")]
pub struct ProviderTested {
    /// What every page shares.
    pub page: Page,
    /// Which.
    pub id: ProviderId,
    /// What its organisation calls it.
    pub name: String,
    /// Whom it means.
    pub subject: String,
    /// What it calls them.
    pub label: String,
    /// The address that it names.
    pub email: Option<String>,
    /// Whether the address is of a domain that the organisation has shown to be its own.
    pub is_own_domain: bool,
    /// When it last asked them who they are, where it says so.
    pub asked_at: Option<OffsetDateTime>,
}

/// The organisation's provider on a person's own page.
#[derive(Debug, Clone)]
pub struct OwnProvider {
    /// Which.
    pub id: ProviderId,
    /// What its organisation calls it.
    pub name: String,
    /// What it knows the person as, and since when; none while it is not linked.
    pub identity: Option<(ProviderIdentityId, String, OffsetDateTime)>,
    /// Whether the session is the person's own, and not one that the provider began.
    pub is_own_session: bool,
}

impl SignOnSettings {
    /// Whether a provider lets people in.
    fn is_on(&self) -> bool {
        self.providers
            .iter()
            .any(|provider| provider.turned_on_at.is_some())
    }

    fn has_verified(&self) -> bool {
        self.domains
            .iter()
            .any(|domain| domain.verified_at.is_some())
    }

    fn callback(&self, provider: &ProviderId) -> String {
        format!("{}/callback", self.door(provider))
    }

    /// Our metadata for a provider of SAML: its address is our entity ID.
    fn metadata(&self, provider: &ProviderId) -> String {
        format!("{}/metadata", self.door(provider))
    }

    fn acs(&self, provider: &ProviderId) -> String {
        format!("{}/acs", self.door(provider))
    }

    fn door(&self, provider: &ProviderId) -> String {
        format!("{}{}", self.origin, sign_on_door(provider))
    }
}

impl CertificateRow {
    fn has_ended(&self, now: &OffsetDateTime) -> bool {
        self.ends <= *now
    }

    /// Within thirty days.
    fn ends_soon(&self, now: &OffsetDateTime) -> bool {
        !self.has_ended(now) && self.ends <= *now + time::Duration::days(30)
    }

    /// As people compare it: its first sixteen letters in groups.
    fn face(&self) -> String {
        let letters: Vec<char> = self.fingerprint.chars().take(16).collect();
        letters
            .chunks(4)
            .map(|group| group.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl DomainRow {
    fn dialog(&self) -> String {
        format!("remove-{}", self.id)
    }

    fn path(&self, what: &str) -> String {
        format!("/settings/single-sign-on/domains/{}/{what}", self.id)
    }

    fn field(&self, what: &str) -> String {
        format!("{what}-{}", self.id)
    }

    fn record(&self) -> String {
        format!("countersign-verification={}", self.challenge)
    }

    fn record_name(&self) -> String {
        format!("_countersign.{}", self.name)
    }
}

impl ProviderRow {
    fn needs_certificate(&self, now: &OffsetDateTime) -> bool {
        !self.certificates.is_empty()
            && self
                .certificates
                .iter()
                .all(|one| one.has_ended(now) || one.ends_soon(now))
    }

    fn dialog(&self, what: &str) -> String {
        format!("{what}-{}", self.id)
    }

    fn path(&self, what: &str) -> String {
        format!("/settings/single-sign-on/providers/{}/{what}", self.id)
    }
}

impl OwnProvider {
    pub(super) fn link_path(&self) -> String {
        format!("/security/provider/{}/link", self.id)
    }
}
