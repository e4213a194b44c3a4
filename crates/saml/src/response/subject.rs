use super::{Expected, ResponseError};
use crate::xml::{Element, attribute, children, is, names, only, text};

/// Whom a provider means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The provider's name for them, exactly as it writes it.
    pub name: String,
    /// What kind of a name it is (SAMLCore 8.3), such as `urn:oasis:names:tc:SAML:2.0:nameid-format:persistent`.
    pub format: String,
}

impl Subject {
    /// The name, where its format says that it is a mail address (SAMLCore 8.3.2).
    pub fn mail(&self) -> Option<&String> {
        (self.format == names::EMAIL).then_some(&self.name)
    }
}

/// In characters. SAMLCore 8.3.7 lets it have one more.
const MAX_NAME: usize = 255;
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// Reads whom an assertion is about, if whoever brings it here may use it.
pub(super) fn read(
    assertion: Element<'_, '_>,
    expected: &Expected<'_>,
) -> Result<Subject, ResponseError> {
    let subject = only(assertion, names::ASSERTION, "Subject").ok_or(ResponseError::Name)?;
    check_confirmed(subject, expected)?;
    let name_id = only(subject, names::ASSERTION, "NameID").ok_or(ResponseError::Name)?;
    let format = attribute(name_id, "Format").unwrap_or(UNSPECIFIED);
    if format == names::TRANSIENT {
        return Err(ResponseError::Transient);
    }
    let name = text(name_id).ok_or(ResponseError::Name)?;
    let is_fit = (1..=MAX_NAME).contains(&name.chars().count())
        && name.trim() == name
        && !name.chars().any(char::is_control);
    if !is_fit {
        return Err(ResponseError::Name);
    }
    Ok(Subject {
        name,
        format: format.to_owned(),
    })
}

/// SAMLProf 4.1.4.2: one confirmation for a bearer has to hold. Where none does, it says why the last did not.
fn check_confirmed(subject: Element<'_, '_>, expected: &Expected<'_>) -> Result<(), ResponseError> {
    let mut outcome = Err(ResponseError::Confirmation);
    for confirmation in children(subject) {
        let by_bearer = is(confirmation, names::ASSERTION, "SubjectConfirmation")
            && attribute(confirmation, "Method") == Some(names::BEARER);
        if by_bearer {
            outcome = check_bearer(confirmation, expected);
            if outcome.is_ok() {
                break;
            }
        }
    }
    outcome
}

fn check_bearer(
    confirmation: Element<'_, '_>,
    expected: &Expected<'_>,
) -> Result<(), ResponseError> {
    let data = only(confirmation, names::ASSERTION, "SubjectConfirmationData")
        .ok_or(ResponseError::Confirmation)?;
    if attribute(data, "Recipient") != Some(expected.acs_url) {
        return Err(ResponseError::Destination);
    }
    if attribute(data, "InResponseTo") != Some(expected.request_id) {
        return Err(ResponseError::InResponseTo);
    }
    let ends = attribute(data, "NotOnOrAfter").ok_or(ResponseError::Confirmation)?;
    expected.has_not_ended(Some(ends))?;
    expected.has_begun(attribute(data, "NotBefore"))
}
