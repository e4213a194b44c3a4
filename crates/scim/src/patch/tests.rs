use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Group, User, read};

fn user() -> Value {
    let body = json!({
        "schemas": [Resource::User.urn()],
        "userName": "bo@example.com",
        "name": { "givenName": "Bo", "familyName": "Ek" },
        "emails": [{ "value": "bo@example.com", "type": "work", "primary": true }],
        "active": true,
    });
    read(Resource::User, &body).unwrap()
}

fn patched(operations: Value) -> Result<Value, ScimError> {
    let mut own = user();
    let body = json!({ "schemas": [PATCH_OP], "Operations": operations });
    patch(Resource::User, &mut own, &body).map(|()| own)
}

fn group(members: &[&str], operations: Value) -> Result<Group, ScimError> {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    let mut own = json!({ "displayName": "Support", "members": members });
    let body = json!({ "schemas": [PATCH_OP], "Operations": operations });
    patch(Resource::Group, &mut own, &body)?;
    Group::of(&own)
}

#[test]
fn entra_id_writes_operations_in_capitals_and_booleans_as_words() {
    let own = patched(json!([{ "op": "Replace", "path": "active", "value": "False" }])).unwrap();
    assert_eq!(own["active"], false);
    let own = patched(json!([{ "op": "Add", "path": "active", "value": "true" }])).unwrap();
    assert_eq!(own["active"], true);
}

#[test]
fn entra_id_replaces_the_address_of_a_type_and_adds_one_that_is_not_there() {
    let path = "emails[type eq \"work\"].value";
    let replaced = json!([{ "op": "Replace", "path": path, "value": "new@example.com" }]);
    let own = patched(replaced).unwrap();
    assert_eq!(own["emails"][0]["value"], "new@example.com");
    assert_eq!(own["emails"][0]["primary"], true, "the rest of it stays");
    let home = "emails[type eq \"home\"].value";
    let added = json!([{ "op": "Add", "path": home, "value": "home@example.com" }]);
    let own = patched(added).unwrap();
    assert_eq!(
        own["emails"][1],
        json!({ "type": "home", "value": "home@example.com" })
    );
    let missing = json!([{ "op": "Replace", "path": home, "value": "home@example.com" }]);
    assert!(
        matches!(patched(missing), Err(ScimError::NoTarget(_))),
        "RFC 7644 3.5.2.3"
    );
}

#[test]
fn entra_id_writes_dotted_and_bracketed_names_into_a_value_without_a_path() {
    let own = patched(json!([{ "op": "replace", "value": {
        "displayName": "Bo Ek",
        "name.familyName": "Ekman",
        "emails[type eq \"work\"].value": "ekman@example.com",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "Sales",
        "title": "Director",
    }}]))
    .unwrap();
    assert_eq!(own["displayName"], "Bo Ek");
    assert_eq!(
        own["name"],
        json!({ "givenName": "Bo", "familyName": "Ekman" })
    );
    assert_eq!(own["emails"][0]["value"], "ekman@example.com");
    assert!(own.get("title").is_none(), "nobody keeps it");
}

#[test]
fn okta_deactivates_without_a_path_and_renames_a_group_with_its_id_beside_the_name() {
    let own = patched(json!([{ "op": "replace", "value": { "active": false } }])).unwrap();
    assert_eq!(own["active"], false);
    let renamed = json!([{ "op": "replace", "value": { "id": "tea_1", "displayName": "Desk" } }]);
    assert_eq!(group(&[], renamed).unwrap().display_name, "Desk");
}

#[test]
fn members_come_and_go_in_every_way_that_directories_write_it() {
    let both =
        json!([{ "op": "Add", "path": "members", "value": [{ "value": "b" }, { "value": "a" }] }]);
    assert_eq!(group(&["a"], both).unwrap().members, ["a", "b"]);
    for operation in [
        json!({ "op": "remove", "path": "members[value eq \"a\"]" }),
        json!({ "op": "Remove", "path": "members", "value": [{ "value": "a" }] }),
        json!({ "op": "replace", "path": "members", "value": [{ "value": "b" }] }),
        json!({ "op": "remove", "path": "members[value eq \"a\" or value eq \"gone\"]" }),
    ] {
        let left = group(&["a", "b"], json!([operation])).unwrap();
        assert_eq!(left.members, ["b"], "{operation}");
    }
    let all = json!([{ "op": "remove", "path": "members" }]);
    assert_eq!(group(&["a", "b"], all).unwrap().members, [""; 0]);
    let twice = json!([
        { "op": "remove", "path": "members[value eq \"a\"]" },
        { "op": "remove", "path": "members[value eq \"a\"]" },
    ]);
    assert_eq!(
        group(&["a"], twice).unwrap().members,
        [""; 0],
        "one that has gone is gone"
    );
    let one = json!([{ "op": "add", "path": "members", "value": { "$ref": "https://x.example/scim/v2/Users/b" } }]);
    assert_eq!(group(&["a"], one).unwrap().members, ["a", "b"]);
}

#[test]
fn rfc_7644_3_5_2_there_is_one_primary_address() {
    let second = json!([{ "op": "add", "path": "emails", "value": [
        { "value": "second@example.com", "primary": true },
    ]}]);
    let own = patched(second).unwrap();
    let primaries: Vec<&Value> = own["emails"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["primary"])
        .collect();
    assert_eq!(primaries, [false, true]);
    assert!(User::of(&own).is_ok());
    let both = json!([{ "op": "replace", "path": "emails", "value": [
        { "value": "a@example.com", "primary": true }, { "value": "b@example.com", "primary": true },
    ]}]);
    assert!(User::of(&patched(both).unwrap()).is_err());
}

#[test]
fn what_cannot_be_changed_or_is_not_there_is_refused_by_its_name() {
    let refused = |operation: Value| patched(json!([operation])).unwrap_err().scim_type();
    for (operation, scim_type) in [
        (
            json!({ "op": "replace", "path": "id", "value": "x" }),
            "mutability",
        ),
        (
            json!({ "op": "replace", "path": "meta.created", "value": "x" }),
            "mutability",
        ),
        (
            json!({ "op": "replace", "path": "favouriteColour", "value": "x" }),
            "invalidPath",
        ),
        (
            json!({ "op": "replace", "path": "emails[", "value": "x" }),
            "invalidPath",
        ),
        (
            json!({ "op": "replace", "path": "emails[colour eq \"red\"]", "value": {} }),
            "invalidPath",
        ),
        (
            json!({ "op": "replace", "path": "userName[a eq \"b\"]", "value": "x" }),
            "invalidPath",
        ),
        (
            json!({ "op": "replace", "path": "active", "value": "perhaps" }),
            "invalidValue",
        ),
        (
            json!({ "op": "replace", "path": "active", "value": 1 }),
            "invalidValue",
        ),
        (
            json!({ "op": "add", "path": "displayName" }),
            "invalidValue",
        ),
        (
            json!({ "op": "add", "path": "displayName", "value": { "deep": {} } }),
            "invalidValue",
        ),
        (
            json!({ "op": "add", "path": "displayName", "value": "x".repeat(255) }),
            "invalidValue",
        ),
        (json!({ "op": "remove" }), "noTarget"),
        (json!({ "op": "move", "path": "active" }), "invalidSyntax"),
        (json!({ "op": "add", "value": "x" }), "invalidSyntax"),
    ] {
        assert_eq!(refused(operation.clone()), scim_type, "{operation}");
    }
    assert!(patched(json!([])).is_err());
    assert!(patched(Value::Array(vec![json!({}); 1001])).is_err());
    let immutable =
        json!([{ "op": "replace", "path": "members[value eq \"a\"].value", "value": "b" }]);
    assert!(matches!(
        group(&["a"], immutable),
        Err(ScimError::Mutability(_))
    ));
    // What every user must have.
    let nameless = patched(json!([{ "op": "remove", "path": "userName" }])).unwrap();
    assert!(User::of(&nameless).is_err());
}

/// Anything that a directory, or somebody else, could write where a value is expected.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| json!(number)),
        "\\PC{0,12}".prop_map(Value::String),
        Just(json!("True")),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let name = prop_oneof![
            Just("value".to_owned()),
            Just("type".to_owned()),
            Just("primary".to_owned()),
            Just("emails".to_owned()),
            Just("name".to_owned()),
            Just("active".to_owned()),
            Just("userName".to_owned()),
            "\\PC{0,8}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Paths, right ones and ones that are nearly.
fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        "(userName|name|emails|active|displayName|name\\.givenName|emails\\.type|meta|title)",
        "emails\\[(type|value|primary) (eq|co|ne) \"(work|home|x)\"\\](\\.(value|type|primary))?",
        "[a-z.\\[\\]\" $()]{0,20}",
    ]
}

proptest! {
    #[test]
    fn whatever_is_sent_leaves_a_user_that_can_be_read_again_or_nothing(
        op in "(add|Remove|replace)", path in prop::option::of(path()), value in anything(),
    ) {
        let mut operation = json!({ "op": op, "value": value });
        if let Some(path) = path {
            operation["path"] = json!(path);
        }
        if let Ok(mut own) = patched(json!([operation])) {
            own["schemas"] = json!([Resource::User.urn()]);
            let again = read(Resource::User, &own).unwrap();
            own.as_object_mut().unwrap().remove("schemas");
            prop_assert_eq!(&again, &own, "it is as its schema has it");
            if let Ok(user) = User::of(&again) {
                let user = User::of(&user.to_value());
                prop_assert!(user.is_ok());
            }
        }
    }

    #[test]
    fn to_do_the_same_again_changes_nothing(path in path(), value in anything(), op in "(add|remove|replace)") {
        let operation = json!({ "op": op, "path": path, "value": value });
        if let Ok(once) = patched(json!([operation.clone()])) {
            let twice = patched(json!([operation.clone(), operation]));
            // A replaced value may no longer be the one that the path's filter is about.
            if let Ok(twice) = twice && !path.contains('[') {
                prop_assert_eq!(once, twice);
            }
        }
    }
}
