use super::{Expected, ResponseError};
use crate::xml::{Element, attribute, children, is, names, only, text};

/// SAMLCore 2.5.1, SAMLProf 4.1.4.2: an assertion names whom it is for, and each restriction has to name us.
pub(super) fn check(
    assertion: Element<'_, '_>,
    expected: &Expected<'_>,
) -> Result<(), ResponseError> {
    let conditions = only(assertion, names::ASSERTION, "Conditions");
    let conditions = conditions.ok_or(ResponseError::Audience)?;
    expected.has_begun(attribute(conditions, "NotBefore"))?;
    expected.has_not_ended(attribute(conditions, "NotOnOrAfter"))?;

    let mut is_restricted = false;
    for condition in children(conditions) {
        if is(condition, names::ASSERTION, "AudienceRestriction") {
            if !names_us(condition, expected) {
                return Err(ResponseError::Audience);
            }
            is_restricted = true;
        } else if !is(condition, names::ASSERTION, "OneTimeUse")
            && !is(condition, names::ASSERTION, "ProxyRestriction")
        {
            // 2.5.1.1: what is not understood makes the whole invalid. The two above hold here anyway.
            return Err(ResponseError::Condition);
        }
    }
    if is_restricted {
        Ok(())
    } else {
        Err(ResponseError::Audience)
    }
}

fn names_us(restriction: Element<'_, '_>, expected: &Expected<'_>) -> bool {
    children(restriction)
        .filter(|it| is(*it, names::ASSERTION, "Audience"))
        .any(|it| text(it).as_deref() == Some(expected.sp_entity_id))
}
