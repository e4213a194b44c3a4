use super::{Found, Rule};
use crate::allow::Allow;
use crate::finding::{Finding, Object, Severity};

pub(super) const RULE: Rule = Rule {
    id: "allow.unused",
    severity: Severity::Warning,
    finds: "an exception that nothing was found for",
    why: "It would hide the next finding of that name, which nobody has looked at.",
    // The catalogue does not tell: what is unused is known after everything else.
    check: |_| Vec::new(),
};

/// The finding that an exception has no use any more.
pub(crate) fn unused(allow: &Allow) -> Finding {
    // A person's text, and so it is shown as one: quoted, with escapes.
    let name = format!("{} for {:?}", allow.rule, allow.object);
    let mut object = Object::global("exception", "");
    let finding = format!("The exception from {name} matches no finding.");
    object.name = name;
    RULE.told(Found::new(
        object,
        finding,
        "take the exception out".to_owned(),
    ))
}
