use super::{Expected, ResponseError};
use crate::xml::{Element, attribute, children, is, names, text};

/// Compares what a response says of itself (SAMLCore 3.2.2, SAMLProf 4.1.4.2).
pub(super) fn check(
    response: Element<'_, '_>,
    expected: &Expected<'_>,
    is_signed: bool,
) -> Result<(), ResponseError> {
    if attribute(response, "Version") != Some("2.0") {
        return Err(ResponseError::Malformed);
    }
    if children(response).any(|it| is(it, names::ASSERTION, "Issuer")) {
        check_issuer(response, expected)?;
    }
    match attribute(response, "Destination") {
        Some(destination) if destination == expected.acs_url => {}
        // SAMLBindings 3.5.5.2: a signed one has to have it.
        None if !is_signed => {}
        _ => return Err(ResponseError::Destination),
    }
    if attribute(response, "InResponseTo") != Some(expected.request_id) {
        return Err(ResponseError::InResponseTo);
    }
    expected.has_begun(attribute(response, "IssueInstant"))
}

/// SAMLCore 2.2.5: the name of whoever made a response or an assertion.
pub(super) fn check_issuer(
    element: Element<'_, '_>,
    expected: &Expected<'_>,
) -> Result<(), ResponseError> {
    let issuer = crate::xml::only(element, names::ASSERTION, "Issuer");
    let issuer =
        issuer.filter(|it| attribute(*it, "Format").is_none_or(|format| format == names::ENTITY));
    if issuer.and_then(text).as_deref() == Some(expected.idp_entity_id) {
        Ok(())
    } else {
        Err(ResponseError::Issuer)
    }
}
