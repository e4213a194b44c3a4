use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::Narrow;

fn user() -> Value {
    json!({
        "schemas": [Resource::User.urn()],
        "id": "usr_1",
        "userName": "Bo@Example.com",
        "externalId": "00uA",
        "active": true,
        "name": { "familyName": "Ek" },
        "emails": [
            { "value": "bo@example.com", "type": "work", "primary": true },
            { "value": "bo@home.example", "type": "home" },
        ],
        "meta": { "resourceType": "User", "created": "2026-01-02T03:04:05.6Z" },
    })
}

fn matches(text: &str) -> bool {
    Filter::parse(Resource::User, text)
        .unwrap()
        .matches(&user())
}

#[test]
fn rfc_7644_3_4_2_2_each_operator_says_what_it_means() {
    for text in [
        r#"userName eq "bo@example.com""#,
        r#"USERNAME EQ "BO@EXAMPLE.COM""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "bo""#,
        r#"userName ne "x""#,
        r#"userName co "@""#,
        r#"userName ew ".com""#,
        r#"userName gt "a" and userName lt "c""#,
        r#"id eq "usr_1""#,
        r#"externalId eq "00uA""#,
        "active eq true",
        r#"active eq "True""#,
        "name.familyName pr",
        "not (name.givenName pr)",
        "name.givenName eq null",
        r#"name.givenName ne "Bo""#,
        r#"emails eq "bo@home.example""#,
        r#"emails.value co "home""#,
        "emails pr and name pr",
        r#"emails[type eq "work" and value ew "example.com"]"#,
        r#"emails[type eq "work" and primary eq true]"#,
        r#"userName eq "x" or (active eq true and userName co "bo")"#,
        r#"meta.created gt "2026-01-01T00:00:00Z""#,
        r#"meta.created lt "2026-01-02T04:04:05.7+01:00""#,
        r#"meta.resourceType eq "User""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#,
    ] {
        assert!(matches(text), "{text}");
    }
    for text in [
        r#"userName eq "bo""#,
        // RFC 7643 3.1: identifiers are compared exactly.
        r#"id eq "USR_1""#,
        r#"externalId eq "00UA""#,
        "active eq false",
        r#"emails[type eq "work" and value ew "home.example"]"#,
        "not (active eq true)",
        r#"userName eq "x" or active eq true and userName eq "y""#,
    ] {
        assert!(!matches(text), "{text}");
    }
}

#[test]
fn what_is_no_filter_or_asks_for_what_nobody_has_is_refused() {
    for text in [
        "",
        "userName",
        "userName eq",
        "userName eq bo",
        "userName like \"bo\"",
        "eq \"bo\"",
        "(userName pr",
        "userName pr)",
        "favouriteColour eq \"red\"",
        "name.middle eq \"x\"",
        "name eq \"x\"",
        "userName.first eq \"x\"",
        "emails[colour eq \"red\"]",
        "userName[value eq \"x\"]",
        "active gt true",
        "active eq \"perhaps\"",
        "userName eq 1",
        "userName gt null",
        "meta.created gt \"yesterday\"",
        "meta.created co \"2026\"",
        "urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq \"x\"",
        "members eq \"x\"",
        "userName eq \"a\" ; drop table",
    ] {
        let refused = Filter::parse(Resource::User, text).map(|_| ()).unwrap_err();
        assert_eq!(refused.scim_type(), "invalidFilter", "{text}");
    }
}

#[test]
fn long_and_deep_filters_are_refused_before_they_are_walked() {
    let deep = format!("{}userName pr{}", "not (".repeat(70), ")".repeat(70));
    assert!(Filter::parse(Resource::User, &deep).is_err());
    let long = vec!["userName pr"; 1000].join(" or ");
    assert!(Filter::parse(Resource::User, &long).is_err());
    let most = vec!["userName pr"; 100].join(" or ");
    assert!(Filter::parse(Resource::User, &most).is_ok());
}

#[test]
fn what_directories_look_up_is_looked_up_by_an_index() {
    let narrow = |resource, text: &str| Filter::parse(resource, text).unwrap().narrow();
    let one = narrow(Resource::User, r#"userName eq "bo""#);
    assert_eq!((one.name.as_deref(), one.is_all), (Some("bo"), true));
    let two = narrow(Resource::Group, r#"id eq "tea_1" and members eq "usr_1""#);
    assert_eq!(
        (two.id.as_deref(), two.member.as_deref(), two.is_all),
        (Some("tea_1"), Some("usr_1"), true)
    );
    let rest = narrow(Resource::User, r#"externalId eq "x" and active eq true"#);
    assert_eq!(
        (rest.external_id.as_deref(), rest.is_all),
        (Some("x"), false)
    );
    for text in [
        r#"userName eq "a" or userName eq "b""#,
        r#"not (userName eq "a")"#,
        r#"userName sw "a""#,
    ] {
        let none = narrow(Resource::User, text);
        assert_eq!(none, Narrow::default(), "{text}");
    }
    let same = narrow(Resource::User, r#"userName eq "a" and userName eq "b""#);
    assert!(!same.is_all, "the second is asked of what the first finds");
}

/// Filters by the grammar.
fn filter() -> impl Strategy<Value = String> {
    let term = prop_oneof![
        "(userName|displayName|externalId|emails\\.type|name\\.familyName) (eq|ne|co|sw|ew|gt|ge|lt|le) \"[a-zA-Z@.]{0,6}\"",
        "(userName|emails|name|active) pr",
        "active (eq|ne) (true|false)",
        "emails\\[(type|value) (eq|co) \"[a-z@.]{0,4}\"( (and|or) primary eq true)?\\]",
    ];
    term.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("not ({one})")),
            (inner.clone(), "(and|or)", inner.clone())
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), "(and|or)", inner).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}") {
        for resource in [Resource::User, Resource::Group] {
            if let Ok(filter) = Filter::parse(resource, &text) {
                filter.matches(&user());
            }
        }
    }

    #[test]
    fn no_mixture_of_the_grammars_words_makes_it_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "userName", "emails", "name.familyName", "active", "eq", "ne", "pr", "and", "or", "not", "(", ")",
            "[", "]", ".", "\"x\"", "\"\\u00", "true", "null", "1e9", " ", "$ref", "urn:a:b", "\\",
        ]), 0..40),
        glue in "( |)",
    ) {
        let _ = Filter::parse(Resource::User, &words.join(&glue)).map(|filter| filter.matches(&user()));
    }

    #[test]
    fn a_filter_and_its_negation_never_both_hold(text in filter()) {
        let Ok(filter) = Filter::parse(Resource::User, &text) else { return Ok(()) };
        let negated = Filter::parse(Resource::User, &format!("not ({text})"));
        if let Ok(negated) = negated {
            prop_assert_ne!(filter.matches(&user()), negated.matches(&user()), "{}", text);
        }
    }

    #[test]
    fn what_is_narrowed_leaves_nothing_out(name in "[a-zA-Z@.]{0,6}", rest in filter(), op in "(and|or)") {
        let text = format!("userName eq \"{name}\" {op} ({rest})");
        if let Ok(filter) = Filter::parse(Resource::User, &text) {
            let mut named = user();
            named["userName"] = json!(name.to_uppercase());
            let narrow = filter.narrow();
            if let Some(asked) = &narrow.name {
                // What an index would not find, the filter does not mean.
                prop_assert!(asked.eq_ignore_ascii_case(&name));
                let mut other = user();
                other["userName"] = json!(format!("{name}x"));
                prop_assert!(!filter.matches(&other));
            }
            prop_assert!(!narrow.is_all || filter.matches(&named));
        }
    }
}
