use crypto::{Attribute, Context, DataKey, KeyId};
use kernel::{Chance, Secret};

use crate::protocol::Attack;

const VALUE: &str = "ann@example.com";

/// What is read of a database tells nothing of a value but, within an organisation's attribute, that it stands twice.
pub(super) fn equal_values(chance: &dyn Chance) -> Attack {
    let key = DataKey::new(KeyId::new("dek_self_test"), &Secret::new([0; 32]));
    let place = Context {
        tenant: "org_self_test",
        table: "approvals.proposals",
        field: "payload_sealed",
        row: "apr_1",
        version: 1,
    };
    let seal = || key.seal(VALUE.as_bytes(), &place, chance);
    let is_randomised = seal() != seal();
    let here = Attribute {
        tenant: place.tenant,
        table: place.table,
        field: place.field,
    };
    let index = |attribute: &Attribute<'_>| key.blind_index(attribute, VALUE);
    let is_found = index(&here) == index(&here);
    let elsewhere = [
        Attribute {
            tenant: "org_other",
            ..here
        },
        Attribute {
            table: "approvals.decisions",
            ..here
        },
        Attribute {
            field: "note",
            ..here
        },
    ];
    let other = DataKey::new(KeyId::new("dek_other"), &Secret::new([1; 32]));
    let is_apart = elsewhere
        .iter()
        .all(|attribute| index(attribute) != index(&here))
        && other.blind_index(&here, VALUE) != index(&here);
    Attack {
        claim: "VA-04".to_owned(),
        name: "equal_values".to_owned(),
        withstood: is_randomised && is_found && is_apart,
        detail: format!(
            "sealed twice, unlike: {is_randomised}; indexed twice, alike: {is_found}; unlike another organisation's, table's, field's and key's: {is_apart}"
        ),
    }
}
