//! Keys of apps that sign for themselves: what a manifest says of them, and what it may not say.

use manifest::{
    Arguments, Class, CredentialClass, Manifest, ManifestError, RevokeRule, permissions,
};
use serde_json::json;

use crate::support::GITHUB;

const APP: &str = include_str!("../../../../connectors/github-app.toml");

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse_among(text, |id| (id == "github").then_some(GITHUB))
}

fn refused(from: &str, to: &str) -> ManifestError {
    assert!(APP.contains(from), "nothing to replace: {from}");
    parse(&APP.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn scans_need_permissions_to_read_alone_and_a_write_its_own() {
    let manifest = parse(APP).unwrap();
    assert_eq!(manifest.auth.class(), CredentialClass::AppKey);
    assert!(manifest.barriers.scope_held);
    let reads = manifest.scopes_for(manifest.operations_for(Class::Read));
    assert_eq!(
        reads,
        ["issues:read", "metadata:read", "pull_requests:read"].into()
    );
    let write = manifest.operation("create_issue").unwrap();
    let asked = permissions(manifest.scopes_for([write]));
    assert_eq!(asked.get("issues").map(String::as_str), Some("write"));
    assert_eq!(asked.len(), 2);
    for operation in manifest.operations() {
        assert_eq!(operation.credentials, [CredentialClass::AppKey]);
    }
    let RevokeRule::Request(revoke) = &manifest.auth.revoke else {
        panic!("its tokens can be ended");
    };
    assert!(
        revoke
            .remains
            .as_deref()
            .is_some_and(|text| text.contains("private key"))
    );
}

#[test]
fn a_token_is_narrowed_to_what_the_request_names() {
    let manifest = parse(APP).unwrap();
    let narrow = manifest
        .auth
        .app_key()
        .unwrap()
        .token
        .narrow
        .as_ref()
        .unwrap();
    let of = |value| narrow.of(&Arguments::try_from(&value).unwrap());
    let narrowed = of(json!({ "owner": "acme", "repo": "desk", "title": "x" })).unwrap();
    assert_eq!(
        (narrowed.name.as_str(), narrowed.told.as_str()),
        ("desk", "acme/desk")
    );
    assert_eq!(narrowed.field, "repositories");
    assert_eq!(of(json!({ "owner": "acme" })), None);
    assert_eq!(of(json!({ "repo": "desk", "owner": 7 })), None);
}

#[test]
fn what_does_not_hold_is_refused_with_its_place() {
    let token = "https://api.github.com/app/installations/{installation}/access_tokens";
    let revoke = "https://api.github.com/installation/token";
    for (from, to) in [
        // Where what the key signs would go elsewhere.
        (
            token,
            "https://evil.example/app/installations/{installation}/access_tokens",
        ),
        (
            token,
            "https://api.github.com/app/installations/1/access_tokens",
        ),
        (token, "https://api.github.com/{client_id}/{installation}"),
        (
            token,
            "http://api.github.com/app/installations/{installation}/access_tokens",
        ),
        (revoke, "https://evil.example/installation/token"),
        (revoke, "https://api.github.com/installation/{installation}"),
        ("authenticate = \"token\"", "authenticate = \"basic\""),
        (
            "authenticate = \"token\"",
            "authenticate = \"token\"\ntoken_field = \"token\"",
        ),
        ("lifetime_seconds = 540", "lifetime_seconds = 3600"),
        ("lifetime_seconds = 540", "lifetime_seconds = 0"),
        ("lifetime_seconds = 540", "lifetime_seconds = -1"),
        ("permissions = \"permissions\"", "permissions = \"a.b\""),
        ("token = \"token\"", "token = \"tokens[].token\""),
        ("token = \"token\"", "token = \"permissions\""),
        ("expires_at = \"expires_at\"", "expires_at = \"token\""),
        (
            "told = \"repositories[].full_name\"",
            "told = \"repositories\"",
        ),
        ("named = [\"owner\", \"repo\"]", "named = []"),
        (
            "named = [\"owner\", \"repo\"]",
            "named = [\"owner\", \"title\"]",
        ),
        ("argument = \"repo\"", "argument = \"repository\""),
        // Scopes are permissions with a level, which is their class.
        (
            "\"pull_requests:read\"]\nclass = \"read\"",
            "\"pull_requests:read\"]\nclass = \"write\"",
        ),
        ("[scopes.\"metadata:read\"]", "[scopes.metadata]"),
        ("list_issues = [", "list_everything = ["),
        (
            "list_issues = [\"metadata:read\", \"issues:read\", \"pull_requests:read\"]",
            "list_issues = [\"issues:write\"]",
        ),
        (
            "list_issues = [\"metadata:read\", \"issues:read\", \"pull_requests:read\"]\n",
            "",
        ),
        ("kind = \"app_key\"", "kind = \"api_key\""),
        (
            "kind = \"app_key\"",
            "kind = \"app_key\"\nverify = \"list_issues\"",
        ),
        ("kind = \"app_key\"", "kind = \"app_key\"\npkce = \"never\""),
        (
            "[auth.revoke]",
            "[auth.paste]\nlabel = \"a\"\nwhere = \"b\"\npattern = \"c\"\n\n[auth.revoke]",
        ),
    ] {
        let error = refused(from, to);
        assert!(error.line > 1, "{to}: {error}");
    }
    assert!(
        Manifest::parse(&GITHUB.replace(
            "[auth.authorize]",
            "[auth.app_key]\nlabel = \"a\"\n\n[auth.authorize]"
        ))
        .is_err()
    );
    assert!(Manifest::parse(&format!("{GITHUB}\n[needs]\nlist_issues = []\n")).is_err());
}
