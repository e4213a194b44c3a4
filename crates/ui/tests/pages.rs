//! What holds for every page, in every state of the gallery.
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "helpers of tests: a panic is how they fail"
)]

#[path = "../examples/gallery/samples/mod.rs"]
mod samples;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use samples::{CANARY, Ink};

fn pages(ink: &Ink) -> Vec<(&'static str, String)> {
    samples::pages(ink)
        .into_iter()
        .map(|(name, html)| (name, html.unwrap()))
        .collect()
}

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        &mut found,
    );
    assert!(!found.is_empty(), "{folder} has files");
    found
        .into_iter()
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// Every start tag, without its angle brackets. No attribute of ours holds a `>`.
fn tags<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    html.split('<')
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .filter(move |tag| {
            tag.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n']))
        })
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

#[test]
fn no_template_has_an_inline_style_an_inline_handler_or_unescaped_text() {
    for (path, text) in files("templates") {
        assert!(
            !text.contains("style="),
            "{}: style attributes are refused by the policy",
            path.display()
        );
        assert!(
            !text.contains("<style"),
            "{}: styles live in assets/css",
            path.display()
        );
        assert!(
            !text.contains("safe"),
            "{}: nothing goes around the escaper",
            path.display()
        );
        for word in text.split([' ', '\n', '<']) {
            let handler = word.strip_prefix("on").is_some_and(|rest| {
                rest.split_once('=')
                    .is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase()))
            });
            assert!(
                !handler && !word.starts_with("hx-on"),
                "{}: {word}",
                path.display()
            );
        }
    }
}

#[test]
fn hostile_text_in_any_field_stays_text() {
    let fragments = samples::fragments(&Ink::hostile())
        .into_iter()
        .map(|(name, html)| (name, html.unwrap()));
    for (name, html) in pages(&Ink::hostile()).into_iter().chain(fragments) {
        assert!(
            !html.contains("<script>canary"),
            "{name}: {}",
            around(&html, "<script>canary")
        );
        assert!(
            !html.contains(CANARY) && !html.contains("canary</script>"),
            "{name}"
        );
        if name != "import-status" {
            assert!(
                html.contains("&#60;script&#62;canary"),
                "{name} carries the canary"
            );
        }
    }
}

#[test]
fn every_text_of_the_samples_can_carry_the_canary() {
    for (path, text) in files("examples/gallery/samples") {
        if path.ends_with("samples/mod.rs") {
            continue;
        }
        for shortcut in [
            ".to_owned()",
            ".to_string()",
            "String::from",
            "format!(",
            ".into()",
        ] {
            assert!(
                !text.contains(shortcut),
                "{}: {shortcut} goes around Ink",
                path.display()
            );
        }
    }
}

#[test]
fn every_page_has_one_heading_and_a_title() {
    for (name, html) in pages(&Ink::plain()) {
        assert_eq!(tags(&html, "h1").count(), 1, "{name}");
        let title = html
            .split("<title>")
            .nth(1)
            .and_then(|rest| rest.split("</title>").next());
        let own = title.and_then(|title| title.strip_suffix(" · Countersign"));
        assert!(
            own.is_some_and(|own| !own.trim().is_empty()),
            "{name}: {title:?}"
        );
    }
}

#[test]
fn every_form_that_changes_something_posts_the_token() {
    for (name, html) in pages(&Ink::plain()) {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let head = form.split('>').next().unwrap();
            match attribute(head, "method") {
                Some("post") => {
                    assert!(
                        form.contains(r#"name="csrf" value="sample-csrf-token""#),
                        "{name}: {head}"
                    );
                }
                Some("get") => assert!(head.contains("role=\"search\""), "{name}: {head}"),
                method => panic!("{name}: method {method:?} in {head}"),
            }
            assert!(
                attribute(head, "action").is_some_and(|action| action.starts_with('/')),
                "{name}: {head}"
            );
        }
        for tag in tags(&html, "button").filter(|tag| tag.contains("formaction")) {
            assert!(
                attribute(tag, "formaction").unwrap().starts_with('/'),
                "{name}: {tag}"
            );
        }
    }
}

#[test]
fn every_script_is_a_file_of_ours_with_the_nonce() {
    for (name, html) in pages(&Ink::plain()) {
        let mut scripts = 0;
        for script in html.split("<script").skip(1) {
            let (head, rest) = script.split_once('>').unwrap();
            assert_eq!(
                attribute(head, "nonce"),
                Some("c2FtcGxlLW5vbmNlLTE2Yg=="),
                "{name}"
            );
            assert!(
                rest.starts_with("</script>"),
                "{name}: no script inside the page"
            );
            assert!(
                attribute(head, "src").unwrap().starts_with("assets/"),
                "{name}"
            );
            scripts += 1;
        }
        assert_eq!(scripts, 3, "{name}");
    }
}

#[test]
fn every_asset_that_a_page_names_exists() {
    for (name, html) in pages(&Ink::plain()) {
        for file_name in html
            .split("\"assets/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(
                ui::assets::by_file_name(file_name).is_some(),
                "{name}: {file_name}"
            );
        }
    }
}

#[test]
fn an_id_names_one_element_and_labels_name_an_id() {
    for (name, html) in pages(&Ink::plain()) {
        let all: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let ids: BTreeSet<&str> = all.iter().copied().collect();
        let double: Vec<_> = ids
            .iter()
            .filter(|id| all.iter().filter(|other| other == id).count() > 1)
            .collect();
        assert!(double.is_empty(), "{name}: {double:?}");
        for key in ["for", "aria-labelledby", "aria-describedby", "data-copy"] {
            let needle = format!(" {key}=\"");
            let names = html
                .split(&needle)
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            for wanted in names.flat_map(str::split_whitespace) {
                assert!(ids.contains(wanted), "{name}: {key}={wanted}");
            }
        }
    }
}

#[test]
fn what_was_typed_comes_back_and_secrets_do_not() {
    let pages = pages(&Ink::plain());
    let page = |wanted: &str| &pages.iter().find(|(name, _)| *name == wanted).unwrap().1;
    let refused = page("sign-up-refused");
    for typed in ["Example Owner", "Example Service Desk", "owner.example.com"] {
        assert!(refused.contains(&format!("value=\"{typed}\"")), "{typed}");
    }
    for (name, html) in &pages {
        for tag in tags(html, "input").filter(|tag| attribute(tag, "type") == Some("password")) {
            assert!(
                matches!(attribute(tag, "value"), None | Some("")),
                "{name}: {tag}"
            );
        }
    }
}

#[test]
fn a_taken_address_and_a_free_one_get_the_same_page() {
    // The view has no field that could differ; this holds the text to it as well.
    let done = pages(&Ink::plain())
        .into_iter()
        .find(|(name, _)| *name == "sign-up-done")
        .unwrap()
        .1;
    assert!(done.contains("If <strong>owner@example.com</strong> was free"));
}

#[test]
fn pages_lead_only_to_known_places() {
    let mut places = BTreeSet::new();
    for (_, html) in pages(&Ink::plain()) {
        for key in [
            "href",
            "action",
            "formaction",
            "hx-get",
            "data-live",
            "data-options",
        ] {
            let needle = format!(" {key}=\"");
            for target in html
                .split(&needle)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                if target.starts_with('/') {
                    let verb = match key {
                        "action" | "formaction" | "data-options" if target != "/audit" => "POST",
                        _ => "GET ",
                    };
                    places.insert(format!("{verb} {}", without_ids(target)));
                }
            }
        }
    }
    insta::assert_snapshot!(places.into_iter().collect::<Vec<_>>().join("\n"));
}

/// `/approvals/apr_01…` as `/approvals/{apr}`, and no query or anchor.
fn without_ids(target: &str) -> String {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let part = |part: &str| match part.split_once('_') {
        Some((prefix, rest)) if rest.len() == 26 => format!("{{{prefix}}}"),
        _ => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn around(html: &str, needle: &str) -> String {
    let start = html.find(needle).unwrap_or_default();
    html.chars()
        .skip(html[..start].chars().count().saturating_sub(120))
        .take(240)
        .collect()
}
