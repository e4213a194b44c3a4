use std::collections::BTreeMap;

use manifest::{AuthorizeRequest, Manifest, Pkce, RevokeRule};

use crate::support::{Connected, GITHUB, TRACKER};

const ASKED: AuthorizeRequest<'static> = AuthorizeRequest {
    client_id: "client",
    redirect_uri: "https://countersign.example/connect/callback",
    scopes: &["issues:read", "issues:write"],
    state: "st&te",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
};

#[test]
fn rfc_6749_4_1_1_and_rfc_7636_4_3_a_person_is_sent_with_all_parameters() {
    let connected = Connected::tracker("https://tracker.example.com/team");
    let auth = connected.manifest.auth.oauth().unwrap();
    let url = auth.authorize_url(&connected.facts(), &ASKED).unwrap();
    assert_eq!(url.path(), "/team/authorize");
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    let expected = [
        ("response_type", "code"),
        ("client_id", "client"),
        (
            "redirect_uri",
            "https://countersign.example/connect/callback",
        ),
        ("scope", "issues:read issues:write"),
        ("state", "st&te"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
    ];
    assert_eq!(
        query,
        expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    );
}

#[test]
fn apps_differ_in_data_alone() {
    let changed = TRACKER
        .replace(
            "pkce = \"required\"",
            "pkce = \"never\"\nscope_separator = \",\"",
        )
        .replace(
            "url = \"{instance}/authorize\"",
            "url = \"{instance}/authorize\"\nextra = { prompt = \"consent\" }",
        )
        .replace(
            "[auth.revoke]\nurl = \"{instance}/revoke\"",
            "[auth.revoke]\nabsent = \"Remove it on the page of connected apps.\"",
        );
    let manifest = Manifest::parse(&changed).unwrap();
    assert_eq!(manifest.auth.oauth().unwrap().pkce, Pkce::Never);
    assert!(
        matches!(&manifest.auth.revoke, RevokeRule::Absent { advice } if advice.contains("page"))
    );
    let connected = Connected {
        manifest,
        ..Connected::tracker("https://t.example")
    };
    let url = connected
        .manifest
        .auth
        .oauth()
        .unwrap()
        .authorize_url(&connected.facts(), &ASKED)
        .unwrap();
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(
        query.get("scope").map(String::as_str),
        Some("issues:read,issues:write")
    );
    assert_eq!(query.get("prompt").map(String::as_str), Some("consent"));
    assert_eq!(query.get("code_challenge"), None);
}

#[test]
fn an_auth_plane_that_is_not_safe_is_refused() {
    for (from, to) in [
        (
            "https://github.com/login/oauth/authorize",
            "http://github.com/login/oauth/authorize",
        ),
        (
            "https://github.com/login/oauth/authorize",
            "https://127.0.0.1/authorize",
        ),
        (
            "https://github.com/login/oauth/authorize",
            "https://u@github.com/authorize",
        ),
        (
            "https://github.com/login/oauth/access_token",
            "https://github.com/../x",
        ),
        ("pkce = \"optional\"", "pkce = \"plain\""),
        ("client_auth = \"body\"", "client_auth = \"query\""),
        ("method = \"DELETE\"", "method = \"GET\""),
        (
            "rotation = \"each_use\"",
            "rotation = \"each_use\"\nreplay_leeway_seconds = 90000",
        ),
        (
            "[auth.token]",
            "[auth.credential]\nheader = \"cookie\"\nprefix = \"x\"\n\n[auth.token]",
        ),
        (
            "[auth.token]",
            "[auth.credential]\nquery = \"access_token\"\n\n[auth.token]",
        ),
        (
            "url = \"https://github.com/login/oauth/authorize\"",
            "url = \"https://github.com/a\"\nextra = { redirect_uri = \"x\" }",
        ),
    ] {
        assert!(GITHUB.contains(from), "{from}");
        assert!(Manifest::parse(&GITHUB.replace(from, to)).is_err(), "{to}");
    }
}
