use std::collections::BTreeSet;

use super::ResponseError;
use crate::xml::{Element, attribute, children, descendants, is, names, only};

/// The parts of a message, before anything of it is believed.
#[derive(Debug)]
pub(super) struct Shape<'a, 'input> {
    pub(super) response: Element<'a, 'input>,
    pub(super) assertion: Element<'a, 'input>,
    /// The response where it is signed itself, else its assertion.
    pub(super) signed: Element<'a, 'input>,
    /// The one signature that counts: a child of what it signs.
    pub(super) signature: Element<'a, 'input>,
}

/// SAMLCore 3.2.2: what stands in a response, beside the assertion.
const IN_RESPONSE: [(&str, &str); 5] = [
    (names::ASSERTION, "Issuer"),
    (names::DSIG, "Signature"),
    (names::PROTOCOL, "Extensions"),
    (names::PROTOCOL, "Status"),
    (names::ASSERTION, "Assertion"),
];

impl<'a, 'input> Shape<'a, 'input> {
    /// Finds them, in a message that has each once and in its place: no wrapping leaves it so.
    pub(super) fn of(root: Element<'a, 'input>) -> Result<Self, ResponseError> {
        if !is(root, names::PROTOCOL, "Response") {
            return Err(ResponseError::Malformed);
        }
        check_ids(root)?;
        check_status(root)?;
        let encrypted = ["EncryptedAssertion", "EncryptedID", "EncryptedAttribute"];
        if descendants(root).any(|it| encrypted.iter().any(|name| is(it, names::ASSERTION, name))) {
            return Err(ResponseError::Encrypted);
        }
        let assertion = assertion(root)?;
        let is_known = |it| IN_RESPONSE.iter().any(|(space, name)| is(it, space, name));
        if !children(root).all(is_known) {
            return Err(ResponseError::Malformed);
        }
        let signatures = descendants(root).filter(|it| is(*it, names::DSIG, "Signature"));
        let own = [root, assertion].map(|it| only(it, names::DSIG, "Signature"));
        if signatures.count() != own.iter().flatten().count() {
            return Err(ResponseError::Misplaced);
        }
        let (signed, signature) = match own {
            [Some(signature), _] => (root, signature),
            [None, Some(signature)] => (assertion, signature),
            [None, None] => return Err(ResponseError::Unsigned),
        };
        Ok(Self {
            response: root,
            assertion,
            signed,
            signature,
        })
    }
}

/// The one assertion that there is, anywhere, and which is a child of the response.
pub(super) fn assertion<'a, 'input>(
    response: Element<'a, 'input>,
) -> Result<Element<'a, 'input>, ResponseError> {
    let all = descendants(response).filter(|it| is(*it, names::ASSERTION, "Assertion"));
    if all.count() != 1 {
        return Err(ResponseError::Assertions);
    }
    only(response, names::ASSERTION, "Assertion").ok_or(ResponseError::Assertions)
}

/// No two of an ID, by whichever spelling another reader might take for one.
fn check_ids(root: Element<'_, '_>) -> Result<(), ResponseError> {
    let mut seen = BTreeSet::new();
    let is_single = descendants(root)
        .flat_map(|it| it.attributes())
        .filter(|it| it.name().eq_ignore_ascii_case("id"))
        .all(|it| seen.insert(it.value()));
    if is_single {
        Ok(())
    } else {
        Err(ResponseError::DoubleId)
    }
}

/// Looked at first: where the provider refused there is nothing else.
fn check_status(response: Element<'_, '_>) -> Result<(), ResponseError> {
    let code = only(response, names::PROTOCOL, "Status")
        .and_then(|status| only(status, names::PROTOCOL, "StatusCode"))
        .ok_or(ResponseError::Malformed)?;
    if attribute(code, "Value") == Some(names::SUCCESS) {
        Ok(())
    } else {
        Err(ResponseError::Status)
    }
}
