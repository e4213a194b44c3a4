use crate::signature::SignatureError;
use crate::xml::XmlError;

/// Why a response says nothing here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// No base64 of XML that is read here.
    #[error("the response cannot be read: {0}")]
    Xml(#[from] XmlError),
    /// XML that is no response of SAML 2.0, or one that lacks what each has.
    #[error("it is no response of SAML 2.0")]
    Malformed,
    /// Two elements of the same ID: a reference could mean either.
    #[error("two of its elements have the same ID")]
    DoubleId,
    /// The provider says that it did not do what it was asked for.
    #[error("the provider refused to say who this is")]
    Status,
    /// Encrypted, in whole or in part.
    #[error(
        "it is encrypted, which this server does not take: have the provider send it signed alone"
    )]
    Encrypted,
    /// No assertion, or more than one.
    #[error("it has no assertion, or more than one")]
    Assertions,
    /// Neither the response nor its assertion is signed.
    #[error("neither it nor its assertion is signed")]
    Unsigned,
    /// A signature that stands elsewhere than in what it signs, or a second one.
    #[error("it has a signature where none belongs")]
    Misplaced,
    /// The signature that counts does not hold.
    #[error("its signature does not hold: {0}")]
    Signature(#[from] SignatureError),
    /// Another provider's.
    #[error("it is another provider's")]
    Issuer,
    /// For another address.
    #[error("it is for another address than this server's")]
    Destination,
    /// An answer to another request, or to none.
    #[error("it answers another request, or none")]
    InResponseTo,
    /// For another service.
    #[error("it is for another service")]
    Audience,
    /// Nobody may use it who merely brings it here.
    #[error("it is not confirmed for whoever brings it here")]
    Confirmation,
    /// A condition that nobody here understands.
    #[error("it has a condition that this server does not know")]
    Condition,
    /// From the future.
    #[error("it is not in force yet: the provider's clock and this server's differ")]
    Early,
    /// Over.
    #[error("it has expired")]
    Expired,
    /// It names nobody, or nobody that a name could be kept of.
    #[error("it has no name for the person of 1 to 255 characters")]
    Name,
    /// Another name each time.
    #[error("the provider names people by another name each time: have it send a persistent one")]
    Transient,
    /// It does not say that anybody signed in.
    #[error("it does not say how and when the person signed in")]
    Authentication,
}

impl ResponseError {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Xml(XmlError::TooLarge) => "saml.too_large",
            Self::Xml(XmlError::Doctype) => "saml.doctype",
            Self::Xml(XmlError::Markup) => "saml.markup",
            Self::Xml(XmlError::TooDeep) => "saml.too_deep",
            Self::Xml(XmlError::Encoding) => "saml.encoding",
            Self::Xml(XmlError::Malformed) => "saml.xml",
            Self::Malformed => "saml.malformed",
            Self::DoubleId => "saml.double_id",
            Self::Status => "saml.status",
            Self::Encrypted => "saml.encrypted",
            Self::Assertions => "saml.assertions",
            Self::Unsigned => "saml.unsigned",
            Self::Misplaced => "saml.misplaced_signature",
            Self::Signature(error) => error.code(),
            Self::Issuer => "saml.issuer",
            Self::Destination => "saml.destination",
            Self::InResponseTo => "saml.in_response_to",
            Self::Audience => "saml.audience",
            Self::Confirmation => "saml.confirmation",
            Self::Condition => "saml.condition",
            Self::Early => "saml.early",
            Self::Expired => "saml.expired",
            Self::Name => "saml.name",
            Self::Transient => "saml.transient",
            Self::Authentication => "saml.authentication",
        }
    }
}
