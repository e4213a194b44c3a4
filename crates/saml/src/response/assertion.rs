use time::OffsetDateTime;

use super::attributes::Attributes;
use super::expected::read as read_instant;
use super::{Expected, ResponseError, Subject, conditions, envelope, subject};
use crate::xml::{Element, attribute, children, is, names, only};

/// What a provider says of a person who just signed in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Whom the provider means.
    pub subject: Subject,
    /// Their mail address, as the provider writes it. None where it gives several.
    pub mail: Option<String>,
    /// What they are called.
    pub display_name: Option<String>,
    /// When the provider last asked them who they are.
    pub authenticated_at: OffsetDateTime,
    /// When the provider wants the session here to end.
    pub session_ends: Option<OffsetDateTime>,
}

/// SAMLCore 2.3.3: what stands in an assertion. Advice is for nobody to believe, and not read.
const IN_ASSERTION: [(&str, &str); 7] = [
    (names::ASSERTION, "Issuer"),
    (names::DSIG, "Signature"),
    (names::ASSERTION, "Subject"),
    (names::ASSERTION, "Conditions"),
    (names::ASSERTION, "Advice"),
    (names::ASSERTION, "AuthnStatement"),
    (names::ASSERTION, "AttributeStatement"),
];

/// Reads an assertion that was signed, if it is for here and now.
pub(super) fn read(
    assertion: Element<'_, '_>,
    expected: &Expected<'_>,
) -> Result<Assertion, ResponseError> {
    let is_known = |it| IN_ASSERTION.iter().any(|(space, name)| is(it, space, name));
    let is_named = attribute(assertion, "ID").is_some_and(|id| !id.is_empty());
    let is_version_2 = attribute(assertion, "Version") == Some("2.0");
    if !is_named || !is_version_2 || !children(assertion).all(is_known) {
        return Err(ResponseError::Malformed);
    }
    envelope::check_issuer(assertion, expected)?;
    expected.has_begun(attribute(assertion, "IssueInstant"))?;
    conditions::check(assertion, expected)?;
    let subject = subject::read(assertion, expected)?;

    let statement =
        only(assertion, names::ASSERTION, "AuthnStatement").ok_or(ResponseError::Authentication)?;
    let authenticated_at = attribute(statement, "AuthnInstant");
    expected.has_begun(authenticated_at)?;
    let session_ends = attribute(statement, "SessionNotOnOrAfter");
    expected.has_not_ended(session_ends)?;

    let attributes = Attributes::read(assertion)?;
    Ok(Assertion {
        subject,
        mail: attributes.mail(),
        display_name: attributes.display_name(),
        authenticated_at: read_instant(authenticated_at)?.ok_or(ResponseError::Authentication)?,
        session_ends: read_instant(session_ends)?,
    })
}
