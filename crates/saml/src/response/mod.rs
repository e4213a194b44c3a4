//! Responses (SAMLCore 3.3.3, SAMLProf 4.1.4): checked for here and now, and read from what was signed.
//!
//! A response counts once. That is kept by whoever keeps the request: it is used up by its first answer, and an
//! assertion answers one request alone.

mod assertion;
mod attributes;
mod conditions;
mod envelope;
mod error;
mod expected;
mod shape;
mod subject;

pub use assertion::Assertion;
pub use error::ResponseError;
pub use expected::Expected;
pub use subject::Subject;

use crate::signature::{SignatureError, base64, signed_octets};
use crate::xml::{Rules, Source, XmlError, is, names};
use shape::Shape;

/// What the parameter `SAMLResponse` of a posted form says (SAMLBindings 3.5.4), if it counts here and now.
pub fn check(parameter: &str, expected: &Expected<'_>) -> Result<Assertion, ResponseError> {
    // A quarter of it is gone after decoding; there is a little room for line breaks.
    if parameter.len() > crate::xml::MAX_BYTES / 2 * 3 {
        return Err(XmlError::TooLarge.into());
    }
    let xml = base64(parameter).ok_or(XmlError::Malformed)?;
    let source = Source::new(&xml, Rules::Message)?;
    let document = source.parse()?;
    let shape = Shape::of(document.root_element())?;
    let octets = signed_octets(shape.signed, shape.signature, expected.certificates)?;
    if shape.signed == shape.assertion {
        // What stands around it is nobody's word. It can only make us refuse.
        envelope::check(shape.response, expected, false)?;
    }
    read(&octets, expected)
}

/// Reads octets that a configured key signed. Whatever else there was in the message is out of reach here.
fn read(octets: &str, expected: &Expected<'_>) -> Result<Assertion, ResponseError> {
    let source = Source::new(octets.as_bytes(), Rules::Message)?;
    let document = source.parse()?;
    let root = document.root_element();
    if is(root, names::ASSERTION, "Assertion") {
        return assertion::read(root, expected);
    }
    if !is(root, names::PROTOCOL, "Response") {
        return Err(SignatureError::Reference.into());
    }
    envelope::check(root, expected, true)?;
    assertion::read(shape::assertion(root)?, expected)
}
