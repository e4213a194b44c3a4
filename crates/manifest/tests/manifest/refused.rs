use manifest::{Manifest, ManifestError};

use crate::support::{GITHUB, TRACKER};

/// The error after one edit of a shipped manifest, which must change something.
fn edited(text: &str, from: &str, to: &str) -> ManifestError {
    assert!(text.contains(from), "nothing to replace: {from}");
    Manifest::parse(&text.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn an_error_points_at_its_line_and_column_and_says_what_is_allowed() {
    let error = edited(GITHUB, "max_length = 39,", "max_lenght = 39,");
    let line = GITHUB
        .lines()
        .position(|line| line.contains("max_length = 39,"))
        .unwrap();
    assert_eq!(error.line, line + 1);
    assert_eq!(error.column, "owner = { type = \"string\", ".len() + 1);
    assert_eq!(error.found, "max_lenght");
    assert!(error.problem.contains("unknown field"), "{error}");
    assert!(error.problem.contains("`max_length`"), "{error}");
}

#[test]
fn unknown_keys_are_refused_everywhere() {
    for table in [
        "[barriers]",
        "[instance]",
        "[api]",
        "[[api.rate_limits]]",
        "[auth]",
        "[auth.authorize]",
        "[auth.token]",
        "[auth.refresh]",
        "[auth.revoke]",
        "[scopes.\"issues:read\"]",
        "[operations.list_issues]",
        "[operations.list_issues.response]",
        "[[operations.list_events.events]]",
        "[[scan.steps]]",
    ] {
        let error = edited(TRACKER, table, &format!("{table}\nsurprise = 1"));
        assert!(error.problem.contains("unknown field"), "{table}: {error}");
    }
    edited(TRACKER, "format = 1", "format = 1\nsurprise = 1");
    edited(TRACKER, "format = 1", "format = 2");
    for id in ["Tracker", "1tracker", "tracker-write", ""] {
        edited(TRACKER, "id = \"tracker\"", &format!("id = \"{id}\""));
    }
    edited(
        TRACKER,
        "limit = { fixed = 100 }",
        "limit = { fixed = 100, max = 2 }",
    );
    edited(
        TRACKER,
        "limit = { fixed = 100 }",
        "limit = { fixed = 1.5 }",
    );
}

#[test]
fn syntax_errors_have_a_place_too() {
    let error = edited(TRACKER, "pkce = \"required\"", "pkce = required");
    let line = TRACKER
        .lines()
        .position(|line| line.starts_with("pkce"))
        .unwrap();
    assert_eq!(error.line, line + 1);
    let error = edited(TRACKER, "pkce = \"required\"", "");
    assert!(error.problem.contains("missing field `pkce`"), "{error}");
    let error = edited(
        TRACKER,
        "id = \"tracker\"",
        "id = \"tracker\"\nid = \"again\"",
    );
    assert!(error.problem.contains("duplicate"), "{error}");
}

#[test]
fn two_operations_that_one_request_could_be_are_refused() {
    // The look-up, without its own order, is the list.
    let text = GITHUB.replacen(
        "direction = { fixed = \"desc\" }",
        "direction = { fixed = \"asc\" }",
        1,
    );
    assert!(
        Manifest::parse(&text).is_ok(),
        "the sort order still tells them apart"
    );
    let error = edited(
        &text,
        "sort = { fixed = \"created\" }",
        "sort = { fixed = \"updated\" }",
    );
    assert!(
        error
            .problem
            .contains("both `find_created_issue` and `list_issues`"),
        "{error}"
    );
    assert!(error.found.contains("/repos/{owner}"), "{error}");
    // A literal that the number of an issue could be, and one that it could not.
    let path = "/repos/{owner}/{repo}/issues/events";
    let error = edited(GITHUB, path, "/repos/{owner}/{repo}/issues/7/timeline");
    assert!(error.problem.contains("both"), "{error}");
    let apart = GITHUB.replace(path, "/repos/{owner}/{repo}/issues/all/timeline");
    assert!(Manifest::parse(&apart).is_ok());
    let error = edited(
        GITHUB,
        path,
        "/repos/{owner}/{repo}/issues/{issue_number}/timeline",
    );
    assert!(error.problem.contains("not declared"), "{error}");
}

#[test]
fn scopes_are_declared_used_and_honest() {
    let error = edited(GITHUB, "scopes = [\"repo\"]", "scopes = [\"repository\"]");
    assert!(error.problem.contains("not declared"), "{error}");
    let error = edited(
        GITHUB,
        "narrower = [\"public_repo\"]",
        "narrower = [\"gist\"]",
    );
    assert!(error.problem.contains("not declared"), "{error}");
    let error = edited(GITHUB, "narrower = [\"public_repo\"]", "");
    assert!(
        error.problem.contains("ask for nothing in advance"),
        "{error}"
    );
    let error = edited(GITHUB, "scope_held = false", "scope_held = true");
    assert!(error.problem.contains("can write"), "{error}");
    edited(
        GITHUB,
        "[scopes.repo]\nclass = \"write\"",
        "[scopes.repo]\nclass = \"admin\"",
    );
    edited(GITHUB, "reason = \"In place of", "reason = \" In place of");
}

#[test]
fn hosts_are_exact_names_or_the_instance() {
    for host in [
        "api.github.com:8443",
        "https://api.github.com",
        "*.github.com",
        "localhost",
        "127.0.0.1",
        "api.github.com.",
        "API.github.com",
        "api.github.com/x",
        "user@api.github.com",
        "",
    ] {
        edited(
            GITHUB,
            "host = \"api.github.com\"",
            &format!("host = \"{host}\""),
        );
    }
    let error = edited(GITHUB, "host = \"api.github.com\"", "host = \"instance\"");
    assert!(error.problem.contains("[instance]"), "{error}");
    edited(TRACKER, "hosts = [\"any\"]", "hosts = [\"*\"]");
    edited(
        TRACKER,
        "example = \"https://tracker.example.com\"",
        "example = \"ftp://x\"",
    );
}

#[test]
fn a_read_cannot_be_dressed_up_as_a_write_nor_a_write_as_a_read() {
    let list = "class = \"read\"\nmethod = \"GET\"";
    edited(GITHUB, list, "class = \"read\"\nmethod = \"POST\"");
    edited(GITHUB, list, "class = \"write\"\nmethod = \"GET\"");
    edited(
        GITHUB,
        list,
        "class = \"read\"\nmethod = \"GET\"\nread_by_post = true",
    );
    edited(
        GITHUB,
        list,
        "class = \"read\"\nmethod = \"PUT\"\nread_by_post = true",
    );
    for method in [
        "DELETE", "CONNECT", "TRACE", "OPTIONS", "get", "GET ", "BREW",
    ] {
        edited(
            GITHUB,
            list,
            &format!("class = \"read\"\nmethod = \"{method}\""),
        );
    }
    edited(GITHUB, list, "class = \"read\"\nmethod = \"HEAD\"");
    let by_post = GITHUB.replacen(
        list,
        "class = \"read\"\nmethod = \"POST\"\nread_by_post = true",
        1,
    );
    // It is then the same request as nothing else: `create_issue` has a body, this has none.
    assert!(Manifest::parse(&by_post).is_ok());
}

#[test]
fn headers_that_change_the_meaning_of_a_request_are_refused() {
    for header in [
        "authorization",
        "cookie",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
        "x-forwarded-for",
        "x-forwarded-host",
        "forwarded",
        "x-original-url",
        "x-rewrite-url",
        "te",
        "upgrade",
        "proxy-authorization",
        "expect",
        "content-type",
        "user-agent",
        "accept-encoding",
        "dropbox-api-select-user",
        "X-Upper",
        "with space",
        "new\\nline",
        "",
    ] {
        edited(
            GITHUB,
            "x-github-api-version = ",
            &format!("\"{header}\" = "),
        );
    }
    for value in ["a\\r\\nx-evil: 1", "a\\n", "", " a", "é", "a\\u0000"] {
        edited(GITHUB, "\"2022-11-28\"", &format!("\"{value}\""));
    }
    edited(
        TRACKER,
        "header = \"Idempotency-Key\"",
        "header = \"Authorization\"",
    );
    edited(
        TRACKER,
        "header = \"Idempotency-Key\"",
        "header = \"Accept\"",
    );
}

#[test]
fn paths_and_arguments_fit_together() {
    let path = "path = \"/repos/{owner}/{repo}/issues\"";
    for bad in [
        "/repos/{owner}/issues",
        "/repos/{owner}/{repo}/{page}",
        "/repos/{owner}/{owner}/{repo}",
        "/repos/{owner}/{repo}/../x",
        "/repos/{owner}/{repo}/%2e%2e",
        "repos/{owner}/{repo}",
        "/repos/{owner}/{repo}/issues?x=1",
        "/repos/{owner}/x{repo}",
        "//repos/{owner}/{repo}",
    ] {
        edited(GITHUB, path, &format!("path = \"{bad}\""));
    }
    edited(
        GITHUB,
        "page = { type = \"integer\"",
        "owner = { type = \"integer\"",
    );
    edited(
        GITHUB,
        "per_page = { fixed = 100 }",
        "per_page = { fixed = 100, type = \"integer\" }",
    );
    edited(GITHUB, "min = 1, max = 100000", "min = 2, max = 1");
    edited(GITHUB, "max_length = 39, ", "");
    edited(GITHUB, "pattern = \"[A-Za-z0-9._-]+\"", "pattern = \"(\"");
    edited(
        GITHUB,
        "type = \"string\", max_length = 100,",
        "type = \"strong\", max_length = 100,",
    );
    edited(
        GITHUB,
        "items = { type = \"string\", max_length = 50 }",
        "items = { type = \"string\", max_length = 50, required = true }",
    );
}

#[test]
fn rules_refer_only_to_what_is_declared() {
    for (from, to) in [
        (
            "parameters = [\"page\", \"after\"]",
            "parameters = [\"per_page\"]",
        ),
        ("parameters = [\"page\", \"after\"]", "parameters = []"),
        ("field = \"[].updated_at\"", "field = \"[].pushed_at\""),
        ("field = \"[].updated_at\"", "field = \"[\""),
        (
            "case = \"{$owner}/{$repo}#{number}\"",
            "case = \"{$owner}/{title}\"",
        ),
        (
            "case = \"{$owner}/{$repo}#{number}\"",
            "case = \"{$organisation}\"",
        ),
        ("time = \"created_at\"", "time = \"at\""),
        ("each = \"[]\"", "each = \"issues\""),
        ("kind = \"event\"", "kind = \"event\"\nactivity = \"x\""),
        (
            "kind = \"event\"",
            "kind = \"event\"\ntime_is = \"stardate\"",
        ),
        (
            "result = { link = \"html_url\", id = \"number\" }",
            "result = { id = \"node_id\" }",
        ),
        (
            "operation = \"find_created_issue\"",
            "operation = \"create_issue\"",
        ),
        (
            "operation = \"find_created_issue\"",
            "operation = \"list_issues\"",
        ),
        (
            "operation = \"find_created_issue\"",
            "operation = \"list_issue_timeline\"",
        ),
        ("probe = \"body\" }", "probe = \"number\" }"),
        ("field = \"body\", template", "field = \"title\", template"),
        (
            "template = \"<!-- countersign: {key} -->\"",
            "template = \"no key\"",
        ),
        (
            "template = \"<!-- countersign: {key} -->\"",
            "template = \"{key}\"",
        ),
        ("probe = [\"[].body\"]", "probe = [\"[].number\"]"),
        (
            "arguments = { issue_number = \"number\" }",
            "arguments = { issue_number = \"id\" }",
        ),
        (
            "arguments = { issue_number = \"number\" }",
            "arguments = {}",
        ),
        ("step = \"list_issues\"", "step = \"list_issue_events\""),
        (
            "operation = \"list_issues\"\nask",
            "operation = \"create_issue\"\nask",
        ),
        ("ask = [\"owner\", \"repo\"]", "ask = [\"owner\"]"),
    ] {
        edited(GITHUB, from, to);
    }
    edited(
        TRACKER,
        "key_argument = \"idempotency_key\"",
        "key_argument = \"cursor\"",
    );
    edited(TRACKER, "\"issues[].url\"]", "\"issues[].link\"]");
}

#[test]
fn a_subject_is_one_line_of_a_write() {
    let error = edited(TRACKER, "subject = \"title\"", "subject = \"body\"");
    assert!(error.problem.contains("one line"), "{error}");
    let error = edited(TRACKER, "subject = \"title\"", "subject = \"labels\"");
    assert!(error.problem.contains("one line"), "{error}");
    let error = edited(TRACKER, "subject = \"title\"", "subject = \"unknown\"");
    assert!(error.problem.contains("one line"), "{error}");
    let error = edited(
        TRACKER,
        "incremental = { kind = \"moment\", parameter = \"since\"",
        "subject = \"since\"\nincremental = { kind = \"moment\", parameter = \"since\"",
    );
    assert!(error.problem.contains("only a write"), "{error}");
}
