use super::{Rule, key_unique};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "key.uuid_without_tenant",
    severity: Severity::Note,
    finds: "the same, of uuid columns alone",
    why: "Nobody guesses a random uuid, but who has learned one can confirm it; and a foreign key to it cannot name the tenant.",
    check: key_unique::uuid_keys,
};
