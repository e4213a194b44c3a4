//! Credentials that people paste: what a manifest says of them, and what it may not say.

use manifest::{
    Class, CredentialClass, CredentialHeader, CredentialPlacement, Manifest, ManifestError,
    PastedProblem, RevokeRule,
};
use serde_json::json;

use crate::support::{Connected, TRACKER, desk};

const TELEGRAM: &str = include_str!("../../../../connectors/telegram.toml");
const USER: &str = "[auth.paste]\nuser_label = \"Address\"";

fn refused(text: &str, from: &str, to: &str) -> ManifestError {
    assert!(text.contains(from), "nothing to replace: {from}");
    Manifest::parse(&text.replacen(from, to, 1)).expect_err(to)
}

/// The example, with a user and a password in the place of a key.
fn basic() -> String {
    desk()
        .replace("kind = \"api_key\"", "kind = \"basic\"")
        .replace("[auth.paste]", USER)
        .replace(
            "[auth.credential]\nheader = \"x-desk-key\"\nprefix = \"\"\n",
            "",
        )
}

#[test]
fn the_example_of_the_guide_holds_and_says_what_to_paste() {
    let manifest = Manifest::parse(&desk()).unwrap();
    assert_eq!(manifest.auth.class(), CredentialClass::ApiKey);
    let rule = manifest.auth.paste().unwrap();
    assert_eq!(
        (rule.label.as_str(), rule.verify.as_str()),
        ("API key", "who_am_i")
    );
    let header = CredentialHeader {
        header: "x-desk-key".to_owned(),
        prefix: String::new(),
    };
    assert_eq!(
        manifest.auth.credential,
        CredentialPlacement::Header(header)
    );
    assert!(
        matches!(&manifest.auth.revoke, RevokeRule::Absent { advice } if advice.contains("Remove"))
    );
    for operation in manifest.operations() {
        assert_eq!(operation.credentials, [CredentialClass::ApiKey]);
        assert!(operation.scopes.is_empty());
    }
    assert!(manifest.operations_of(Class::Write).count() == 1);
}

#[test]
fn what_was_pasted_is_checked_before_anybody_is_asked() {
    let manifest = Manifest::parse(&desk()).unwrap();
    let rule = manifest.auth.paste().unwrap();
    let key = format!("desk_{}", "a".repeat(20));
    assert_eq!(rule.check(None, &key), Ok(()));
    assert_eq!(rule.check(None, ""), Err(PastedProblem::Empty));
    assert_eq!(rule.check(Some("ada"), &key), Err(PastedProblem::User));
    for bad in [
        format!("{key}\r\nx-evil: 1"),
        format!(" {key}"),
        format!("{key}\n"),
        format!("Bearer {key}"),
        "desk_short".to_owned(),
        "a".repeat(100_000),
    ] {
        assert_eq!(rule.check(None, &bad), Err(PastedProblem::Form), "{bad}");
    }
}

/// RFC 7617 2: a user with a colon would end before it.
#[test]
fn a_user_has_no_colon_and_no_control_character() {
    let manifest = Manifest::parse(&basic()).unwrap();
    assert_eq!(manifest.auth.credential, CredentialPlacement::Basic);
    let rule = manifest.auth.paste().unwrap();
    let key = format!("desk_{}", "a".repeat(20));
    assert_eq!(rule.check(Some("ada@desk.example"), &key), Ok(()));
    for bad in [None, Some(""), Some("a:b"), Some("a\nb")] {
        assert_eq!(rule.check(bad, &key), Err(PastedProblem::User), "{bad:?}");
    }
}

#[test]
fn an_address_for_people_has_a_sign_where_the_credential_stands() {
    let manifest = Manifest::parse(TELEGRAM).unwrap();
    let connected = Connected {
        manifest,
        ..Connected::github()
    };
    let given = json!({ "chat_id": -100_123, "text": "Build 7 is out" });
    let request = connected.plan("send_message", &given).unwrap();
    let shown = |placement: &CredentialPlacement| placement.shown(&request);
    assert_eq!(
        shown(&connected.manifest.auth.credential),
        "https://api.telegram.org/bot<credential>/sendMessage"
    );
    let query = CredentialPlacement::Query {
        key: "key".to_owned(),
    };
    assert_eq!(
        shown(&query),
        "https://api.telegram.org/sendMessage?key=<credential>"
    );
    assert_eq!(shown(&CredentialPlacement::Basic), request.url());
}

#[test]
fn what_does_not_fit_its_class_is_refused_with_its_place() {
    let desk = desk();
    let header = "header = \"x-desk-key\"\nprefix = \"\"";
    for (from, to) in [
        ("kind = \"api_key\"", "kind = \"password\""),
        // Of OAuth 2, which this is not.
        (
            "kind = \"api_key\"",
            "kind = \"api_key\"\npkce = \"required\"",
        ),
        ("kind = \"api_key\"", "kind = \"oauth2\""),
        ("kind = \"api_key\"\n", ""),
        (
            "[auth.revoke]",
            "[auth.refresh]\nrotation = \"never\"\n\n[auth.revoke]",
        ),
        (
            "path = \"/api/me\"",
            "path = \"/api/me\"\nscopes = [\"read\"]",
        ),
        ("scope_held = false", "scope_held = true"),
        // What verifies it is a read that needs nothing.
        ("verify = \"who_am_i\"\n", ""),
        ("verify = \"who_am_i\"", "verify = \"nobody\""),
        ("verify = \"who_am_i\"", "verify = \"file_request\""),
        // How it travels.
        ("kind = \"api_key\"", "kind = \"basic\""),
        ("kind = \"api_key\"", "kind = \"bot_token\""),
        (header, "path = \"bot\""),
        (header, "header = \"x-desk-key\""),
        (header, "header = \"cookie\"\nprefix = \"\""),
        (header, "query = \"after\""),
        (header, "query = \"a&b\""),
        (
            header,
            "header = \"x-desk-key\"\nprefix = \"\"\nquery = \"key\"",
        ),
        (
            "host = \"instance\"",
            "host = \"instance\"\nheaders = { x-desk-key = \"1\" }",
        ),
        // A user belongs to a password.
        ("[auth.paste]", USER),
        ("pattern = \"desk_[A-Za-z0-9]{20,40}\"", "pattern = \"(\""),
        // Nothing is ended in a client's name where there is none.
        (
            "absent = \"Remove",
            "url = \"{instance}/revoke\"\nabsent = \"Remove",
        ),
        // What no connection has, and what travels otherwise.
        (
            "path = \"/api/me\"",
            "path = \"/api/me\"\ncredentials = [\"oauth2\"]",
        ),
        (
            "path = \"/api/me\"",
            "path = \"/api/me\"\ncredentials = [\"api_key\", \"basic\"]",
        ),
        (
            "path = \"/api/me\"",
            "path = \"/api/me\"\ncredentials = [\"api_key\", \"api_key\"]",
        ),
        ("path = \"/api/me\"", "path = \"/api/me\"\ncredentials = []"),
    ] {
        let error = refused(&desk, from, to);
        assert!(error.line > 1, "{to}: {error}");
    }
    let ended =
        "[auth.revoke]\nurl = \"{instance}/api/keys/{client_id}\"\nauthenticate = \"token\"";
    let (before, rest) = desk.split_once("[auth.revoke]").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let with = |revoke: &str| Manifest::parse(&format!("{before}{revoke}\n\n{after}"));
    assert!(with(ended).is_err());
    assert!(
        with(
            &ended
                .replace("/{client_id}", "")
                .replace("\"token\"", "\"basic\"")
        )
        .is_err()
    );
    let manifest = with(&ended.replace("/{client_id}", "")).unwrap();
    assert!(matches!(manifest.auth.revoke, RevokeRule::Request(_)));
    assert!(Manifest::parse(&desk.replace(header, "query = \"api_key\"")).is_ok());
    // A token in the path comes before all of it, and an instance has a path of its own.
    refused(TELEGRAM, "path = \"bot\"", "path = \"bot/\"");
    refused(
        TELEGRAM,
        "path = \"bot\"",
        "header = \"authorization\"\nprefix = \"\"",
    );
    refused(
        TELEGRAM,
        "host = \"api.telegram.org\"",
        "host = \"instance\"",
    );
}

#[test]
fn with_oauth_nothing_is_pasted_and_every_operation_names_its_scopes() {
    let paste = "[auth.paste]\nlabel = \"Key\"\nwhere = \"There\"\npattern = \"a\"\n\n[auth.token]";
    refused(TRACKER, "[auth.token]", paste);
    refused(
        TRACKER,
        "pkce = \"required\"",
        "pkce = \"required\"\nverify = \"list_issues\"",
    );
    refused(TRACKER, "pkce = \"required\"\n", "");
    refused(TRACKER, "scopes = [\"issues:read\"]\n", "");
    let both = TRACKER.replacen(
        "scopes = [\"issues:read\"]",
        "scopes = [\"issues:read\"]\ncredentials = [\"oauth2\", \"api_key\"]",
        1,
    );
    let manifest = Manifest::parse(&both).unwrap();
    let taken = &manifest.operation("list_issues").unwrap().credentials;
    assert_eq!(
        taken[..],
        [CredentialClass::OAuth2, CredentialClass::ApiKey]
    );
}
