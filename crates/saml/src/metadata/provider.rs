use time::OffsetDateTime;
use url::{Host, Url};

use super::MetadataError;
use crate::certificate::Certificate;
use crate::instant;
use crate::xml::{Element, Rules, Source, attribute, children, descendants, is, names, text};

/// An identity provider, as far as signing in by it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// What it calls itself. Responses have to be in exactly this name.
    pub entity_id: String,
    /// Where browsers are sent with a request, by redirect.
    pub sso_url: Url,
    /// Whose keys sign its responses: several while it changes from one to another.
    pub certificates: Vec<Certificate>,
}

/// SAMLCore 8.3.6 lets it have 1024: nobody's has as many as this.
const MAX_ENTITY_ID: usize = 500;
const MAX_URL: usize = 1000;
const MAX_CERTIFICATES: usize = 4;

impl Provider {
    /// Reads metadata that an admin got from the provider. Its own signature is not looked at: whoever pastes it
    /// vouches for it.
    pub fn from_metadata(bytes: &[u8], now: OffsetDateTime) -> Result<Self, MetadataError> {
        let source = Source::new(bytes, Rules::File)?;
        let document = source.parse()?;
        let entity = entity(document.root_element())?;
        check_time(entity, now)?;
        let role = role(entity).ok_or(MetadataError::NoProvider)?;
        check_time(role, now)?;
        if matches!(
            attribute(role, "WantAuthnRequestsSigned"),
            Some("true" | "1")
        ) {
            return Err(MetadataError::WantsSigned);
        }
        let certificates = signing(role)
            .map(|text| Certificate::from_text(&text))
            .collect::<Result<Vec<_>, _>>()?;
        let entity_id = attribute(entity, "entityID").unwrap_or_default();
        Self::new(entity_id, sso_url(role)?, certificates)
    }

    /// A provider whose admin gives its parts one by one.
    pub fn new(
        entity_id: &str,
        sso_url: &str,
        certificates: Vec<Certificate>,
    ) -> Result<Self, MetadataError> {
        let fits = (1..=MAX_ENTITY_ID).contains(&entity_id.chars().count());
        if !fits || entity_id.chars().any(char::is_control) || entity_id.trim() != entity_id {
            return Err(MetadataError::EntityId);
        }
        if !(1..=MAX_CERTIFICATES).contains(&certificates.len()) {
            return Err(MetadataError::NoCertificate);
        }
        Ok(Self {
            entity_id: entity_id.to_owned(),
            sso_url: address(sso_url)?,
            certificates,
        })
    }
}

/// The one entity with a role of ours, alone or in a list of several with other roles.
fn entity<'a, 'input>(root: Element<'a, 'input>) -> Result<Element<'a, 'input>, MetadataError> {
    if is(root, names::METADATA, "EntityDescriptor") {
        return Ok(root);
    }
    if !is(root, names::METADATA, "EntitiesDescriptor") {
        return Err(MetadataError::NoMetadata);
    }
    let mut providers = descendants(root)
        .filter(|it| is(*it, names::METADATA, "EntityDescriptor") && role(*it).is_some());
    let first = providers.next().ok_or(MetadataError::NoProvider)?;
    match providers.next() {
        None => Ok(first),
        Some(_) => Err(MetadataError::Several),
    }
}

/// SAMLMeta 2.4.3: the first role of an identity provider that speaks SAML 2.0.
fn role<'a, 'input>(entity: Element<'a, 'input>) -> Option<Element<'a, 'input>> {
    children(entity).find(|it| {
        let protocols = attribute(*it, "protocolSupportEnumeration").unwrap_or_default();
        is(*it, names::METADATA, "IDPSSODescriptor")
            && protocols
                .split_ascii_whitespace()
                .any(|it| it == names::PROTOCOL)
    })
}

fn check_time(descriptor: Element<'_, '_>, now: OffsetDateTime) -> Result<(), MetadataError> {
    match attribute(descriptor, "validUntil").map(instant::read) {
        None => Ok(()),
        Some(Some(ends)) if ends > now => Ok(()),
        Some(_) => Err(MetadataError::Expired),
    }
}

fn sso_url<'a>(role: Element<'a, '_>) -> Result<&'a str, MetadataError> {
    children(role)
        .filter(|it| is(*it, names::METADATA, "SingleSignOnService"))
        .find(|it| attribute(*it, "Binding") == Some(names::REDIRECT))
        .and_then(|it| attribute(it, "Location"))
        .ok_or(MetadataError::NoRedirect)
}

/// The browser is sent there: nothing but a web address, and in clear only to this machine itself.
fn address(text: &str) -> Result<Url, MetadataError> {
    let url = Url::parse(text.trim()).map_err(|_| MetadataError::Address)?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(MetadataError::Address),
    };
    let is_fit = (url.scheme() == "https" || (url.scheme() == "http" && is_here))
        && url.as_str().len() <= MAX_URL;
    let has_login = !url.username().is_empty() || url.password().is_some();
    if is_fit && !has_login {
        Ok(url)
    } else {
        Err(MetadataError::Address)
    }
}

/// The certificates of keys that sign: a KeyDescriptor without a use is for both (SAMLMeta 2.4.1.1).
fn signing<'a>(role: Element<'a, '_>) -> impl Iterator<Item = String> + 'a {
    children(role)
        .filter(|it| is(*it, names::METADATA, "KeyDescriptor"))
        .filter(|it| attribute(*it, "use").is_none_or(|it| it == "signing"))
        .flat_map(descendants)
        .filter(|it| is(*it, names::DSIG, "X509Certificate"))
        .filter_map(text)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
}
