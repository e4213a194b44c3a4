/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not of the one form that is taken.
    #[error("the signature is not of the form that SAML asks for")]
    Form,
    /// By an algorithm, or with a digest, that is not taken: SHA-1 and HMAC among them.
    #[error("its algorithm is not taken")]
    Algorithm,
    /// With a transform or a canonical form that is not taken.
    #[error("it transforms what it signs in a way that is not taken")]
    Transform,
    /// Of something else than the element that it stands in.
    #[error("it is not of the element that it stands in")]
    Reference,
    /// No configured key made it.
    #[error("none of the provider's certificates goes with it")]
    Value,
    /// What it signs was changed.
    #[error("what it signs was changed")]
    Digest,
}

impl SignatureError {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Form => "saml.signature_form",
            Self::Algorithm => "saml.signature_algorithm",
            Self::Transform => "saml.signature_transform",
            Self::Reference => "saml.signature_reference",
            Self::Value => "saml.signature_value",
            Self::Digest => "saml.signature_digest",
        }
    }
}
