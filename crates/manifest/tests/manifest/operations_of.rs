//! Another way to grant access to an app: a manifest that takes what may be asked from another one.

use manifest::{Apps, Class, CredentialClass, Manifest, ManifestError};

use crate::support::{GITHUB, TRACKER, github};

const TOKEN: &str = include_str!("../../../../connectors/github-token.toml");

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse_among(text, |id| match id {
        "github" => Some(GITHUB),
        "github-token" => Some(TOKEN),
        "tracker" => Some(TRACKER),
        _ => None,
    })
}

fn refused(from: &str, to: &str) -> ManifestError {
    assert!(TOKEN.contains(from), "nothing to replace: {from}");
    parse(&TOKEN.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn the_operations_are_those_of_the_other_manifest_and_its_own() {
    let (token, github) = (parse(TOKEN).unwrap(), github());
    assert_eq!(token.operations_of.as_deref(), Some("github"));
    for operation in github.operations() {
        let same = token.operation(&operation.id).unwrap();
        assert_eq!(same.path_shown(), operation.path_shown());
        assert_eq!(same.credentials, [CredentialClass::ApiKey]);
        assert!(same.scopes.is_empty());
    }
    assert_eq!(token.operations().count(), github.operations().count() + 1);
    assert_eq!(token.scan.as_ref().map(|scan| scan.steps.len()), Some(2));
    assert_eq!(token.operations_of(Class::Write).count(), 1);
}

/// Whoever approved saw a request under the rules of both files.
#[test]
fn a_change_of_either_file_is_a_change_of_the_rules() {
    let digest = |github: &str, token: &str| {
        let apps = Apps::of([("github.toml", github), ("github-token.toml", token)]).unwrap();
        *apps.digest("github-token").unwrap()
    };
    let before = digest(GITHUB, TOKEN);
    assert_ne!(before, digest(&format!("{GITHUB}\n# more"), TOKEN));
    assert_ne!(before, digest(GITHUB, &format!("{TOKEN}\n# more")));
    assert_eq!(before, digest(GITHUB, TOKEN));
}

#[test]
fn what_does_not_hold_is_told_at_its_place_in_the_file() {
    let named = "operations_of = \"github\"";
    let line = TOKEN.lines().position(|line| line == named).unwrap() + 1;
    for (to, told) in [
        ("operations_of = \"gitlab\"", "no such manifest"),
        (
            "operations_of = \"github-token\"",
            "has its operations itself",
        ),
    ] {
        let error = refused(named, to);
        assert!(error.problem.contains(told), "{error}");
        assert_eq!(error.line, line, "{error}");
    }
    assert!(Manifest::parse(TOKEN).is_err(), "it is not there");
    refused(named, "");
    for section in [
        "[api]\nhost = \"api.github.com\"\n\n[auth]",
        "[scan]\nsteps = [{ operation = \"who_am_i\" }]\n\n[auth]",
    ] {
        let error = refused("[auth]", section);
        assert!(error.problem.contains("names says this"), "{error}");
    }
    let error = parse(&TOKEN.replace("who_am_i", "list_issues")).expect_err("it has one");
    assert!(error.problem.contains("names has it"), "{error}");
}

/// What is wrong only in the two together is told where the other one is named, with the line there.
#[test]
fn what_does_not_go_with_the_other_manifest_is_told_with_the_line_there() {
    let header =
        "[auth.credential]\nheader = \"x-github-api-version\"\nprefix = \"\"\n\n[auth.revoke]";
    let error = refused("[auth.revoke]", header);
    assert!(
        error.problem.contains("something else in that place"),
        "{error}"
    );
}

#[test]
fn what_answers_say_of_a_credential_is_read_from_headers() {
    let rule = "expires = \"github-authentication-token-expiration\"";
    for (from, to) in [
        (rule, "expires = \"GitHub-Expires\""),
        (rule, "expires = \"a b\""),
        ("scopes = \"x-oauth-scopes\"\n", ""),
        ("scope_separator = \",\"", "scope_separator = \";\""),
    ] {
        assert!(refused(from, to).line > 1);
    }
    let (before, rest) = TOKEN.split_once("[auth.paste.told]").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    assert!(parse(&format!("{before}[auth.paste.told]\n\n{after}")).is_err());
    assert!(
        parse(&format!("{before}{after}"))
            .unwrap()
            .auth
            .paste()
            .unwrap()
            .told
            .is_none()
    );
}
