//! XML 1.0 with namespaces, as far as SAML needs it: no document types, so no entities but the five.

mod canonical;
mod guard;
pub(crate) mod names;
mod read;
mod write;

use std::borrow::Cow;

pub(crate) use canonical::{Canonical, canonical};
pub(crate) use guard::Rules;
pub(crate) use read::{Element, attribute, children, descendants, is, only, text};
pub(crate) use write::escaped;

use roxmltree::{Document, ParsingOptions};

/// Longer than any message or metadata of one provider, in bytes.
pub(crate) const MAX_BYTES: usize = 256 * 1024;

/// Why a text is no XML that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Longer than 256 KiB.
    #[error("it is longer than 256 KiB")]
    TooLarge,
    /// A document type, and with it entities.
    #[error("it has a document type")]
    Doctype,
    /// A comment, a processing instruction or CDATA where none is taken.
    #[error("it has a comment, a processing instruction or a CDATA section")]
    Markup,
    /// Elements within elements within elements, or as many attributes.
    #[error("it is nested too deeply, or has too many attributes")]
    TooDeep,
    /// Another encoding than UTF-8, or another XML than 1.0.
    #[error("it is not XML 1.0 in UTF-8")]
    Encoding,
    /// Not well formed.
    #[error("it is not well-formed XML")]
    Malformed,
}

/// A text that may be parsed: within limits, and with its line ends as XML has them.
#[derive(Debug)]
pub(crate) struct Source<'a>(Cow<'a, str>);

impl<'a> Source<'a> {
    /// Looks at what a parser would have to be trusted with otherwise.
    pub(crate) fn new(bytes: &'a [u8], rules: Rules) -> Result<Self, XmlError> {
        if bytes.len() > MAX_BYTES {
            return Err(XmlError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        guard::check(text, rules)?;
        // XML 2.11, before anything else: what the parser does about \r is then of no matter.
        Ok(Self(if text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(text)
        }))
    }

    /// The tree.
    pub(crate) fn parse(&self) -> Result<Document<'_>, XmlError> {
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: 65_536,
            entity_resolver: None,
        };
        let document =
            Document::parse_with_options(&self.0, options).map_err(|_| XmlError::Malformed)?;
        let names_hold = document
            .descendants()
            .filter(roxmltree::Node::is_element)
            .all(declares_well);
        if names_hold {
            Ok(document)
        } else {
            Err(XmlError::Malformed)
        }
    }
}

/// Namespaces in XML 1.0, 2.2 and 6.3: no prefix is undeclared, and nothing is declared twice. The parser leaves
/// these two to us.
fn declares_well(element: Element<'_, '_>) -> bool {
    let mut defaults = 0;
    element.namespaces().all(|namespace| {
        defaults += usize::from(namespace.name().is_none());
        defaults < 2 && (namespace.name().is_none() || !namespace.uri().is_empty())
    })
}
