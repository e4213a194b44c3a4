use crate::certificate::CertificateError;
use crate::xml::XmlError;

/// Why a text is no metadata of a provider that people can sign in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// No XML that is read here.
    #[error("the metadata cannot be read: {0}")]
    Xml(#[from] XmlError),
    /// XML, but no metadata of SAML.
    #[error("this is no SAML metadata: it begins with another element than EntityDescriptor")]
    NoMetadata,
    /// No identity provider in it, such as a service provider's own metadata.
    #[error("this metadata describes no identity provider of SAML 2.0")]
    NoProvider,
    /// More than one identity provider.
    #[error("this metadata describes several identity providers: give one's alone")]
    Several,
    /// No name, or one longer than 500 characters.
    #[error("the provider has no entity ID of 1 to 500 characters")]
    EntityId,
    /// No address for requests by redirect.
    #[error("the provider has no SingleSignOnService with the binding HTTP-Redirect")]
    NoRedirect,
    /// An address that is not under https.
    #[error("the provider's address is no URL under https")]
    Address,
    /// It takes signed requests alone.
    #[error("the provider wants requests to be signed, which this server does not do")]
    WantsSigned,
    /// No key for signatures, or too many.
    #[error("the provider has no certificate for signing, or more than four")]
    NoCertificate,
    /// A certificate of no use.
    #[error("one of the provider's certificates is of no use: {0}")]
    Certificate(#[from] CertificateError),
    /// It says itself that it is over.
    #[error("this metadata has expired: get it anew")]
    Expired,
}

impl MetadataError {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Xml(_) => "saml.metadata_xml",
            Self::NoMetadata => "saml.metadata_none",
            Self::NoProvider => "saml.metadata_no_provider",
            Self::Several => "saml.metadata_several",
            Self::EntityId => "saml.metadata_entity_id",
            Self::NoRedirect => "saml.metadata_no_redirect",
            Self::Address => "saml.metadata_address",
            Self::WantsSigned => "saml.metadata_wants_signed",
            Self::NoCertificate => "saml.metadata_no_certificate",
            Self::Certificate(error) => error.code(),
            Self::Expired => "saml.metadata_expired",
        }
    }
}
