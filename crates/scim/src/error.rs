use serde_json::{Value, json};

/// Why a request is refused, in the words of RFC 7644 3.12.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScimError {
    /// The filter is none, or asks for what no resource has.
    #[error("the filter is not one that is understood: {0}")]
    InvalidFilter(String),
    /// More would match than is looked through.
    #[error("too much would have to be looked through: ask for one userName, externalId or id")]
    TooMany,
    /// Another resource has what must be unique.
    #[error("{0}")]
    Uniqueness(&'static str),
    /// An attribute cannot be changed like this.
    #[error("{0} cannot be changed like this")]
    Mutability(String),
    /// The body is no SCIM message.
    #[error("the body is not one that is understood: {0}")]
    InvalidSyntax(String),
    /// The path of an operation leads to no attribute.
    #[error("the path leads to no attribute: {0}")]
    InvalidPath(String),
    /// The path's filter matches nothing.
    #[error("the path matches nothing: {0}")]
    NoTarget(String),
    /// A value is missing, or cannot be one.
    #[error("{0}")]
    InvalidValue(String),
}

/// Codes, of ours and of what every part of the server answers, with what the RFC calls them.
const KEYWORDS: [(&str, &str); 12] = [
    ("scim.invalid_filter", "invalidFilter"),
    ("scim.too_many", "tooMany"),
    ("scim.uniqueness", "uniqueness"),
    ("scim.mutability", "mutability"),
    ("scim.invalid_syntax", "invalidSyntax"),
    ("scim.invalid_path", "invalidPath"),
    ("scim.no_target", "noTarget"),
    ("scim.invalid_value", "invalidValue"),
    ("scim.owner", "mutability"),
    ("scim.own_address", "mutability"),
    ("web.malformed_json", "invalidSyntax"),
    ("web.invalid_query", "invalidValue"),
];

impl ScimError {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Uniqueness(_) => 409,
            _ => 400,
        }
    }

    /// The keyword (RFC 7644 table 9).
    pub fn scim_type(&self) -> &'static str {
        Self::keyword(self.code()).unwrap_or_default()
    }

    /// Stable, for logs: the keyword as codes are written.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidFilter(_) => "scim.invalid_filter",
            Self::TooMany => "scim.too_many",
            Self::Uniqueness(_) => "scim.uniqueness",
            Self::Mutability(_) => "scim.mutability",
            Self::InvalidSyntax(_) => "scim.invalid_syntax",
            Self::InvalidPath(_) => "scim.invalid_path",
            Self::NoTarget(_) => "scim.no_target",
            Self::InvalidValue(_) => "scim.invalid_value",
        }
    }

    /// The keyword that a code stands for; none where the RFC has none, or the code says it already.
    pub fn keyword(code: &str) -> Option<&'static str> {
        KEYWORDS
            .iter()
            .find(|(known, _)| *known == code)
            .map(|(_, keyword)| *keyword)
    }

    /// The body of an answer, also of one that has no keyword.
    pub fn body(status: u16, scim_type: Option<&str>, detail: &str) -> Value {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            // A string, in the RFC's own words.
            "status": status.to_string(),
            "detail": detail,
        });
        if let (Some(keyword), Some(object)) = (scim_type, body.as_object_mut()) {
            object.insert("scimType".to_owned(), json!(keyword));
        }
        body
    }
}
