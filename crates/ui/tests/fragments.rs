//! Snapshots of the parts of pages that promise something.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "helpers of tests: a panic is how they fail"
)]

#[path = "../examples/gallery/samples/mod.rs"]
mod samples;

use samples::Ink;

fn page(name: &str) -> String {
    let pages = samples::pages(&Ink::plain())
        .into_iter()
        .chain(samples::fragments(&Ink::plain()));
    pages
        .into_iter()
        .find(|(other, _)| *other == name)
        .unwrap()
        .1
        .unwrap()
}

/// From `start` to the first `end` behind it, one tag a line.
fn part(html: &str, start: &str, end: &str) -> String {
    let from = html
        .find(start)
        .unwrap_or_else(|| panic!("{start} is on the page"));
    let rest = &html[from..];
    let to = rest.find(end).map_or(rest.len(), |at| at + end.len());
    let lines = rest[..to].replace("><", ">\n<");
    lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_approver_sees_exactly_what_would_leave() {
    let html = page("proposal-waiting");
    insta::assert_snapshot!(part(&html, "<section class=\"request\"", "</section>"));
}

#[test]
fn a_decision_sends_back_the_hash_of_what_was_shown() {
    let html = page("proposal-waiting");
    let form = part(
        &html,
        "<section class=\"panel\" id=\"decision\"",
        "</section>",
    );
    let hash = part(&html, "id=\"payload-hash\">", "<");
    let hash = hash
        .trim_start_matches("id=\"payload-hash\">")
        .trim_end_matches('<');
    assert_eq!(hash.len(), 64);
    assert!(
        form.contains(&format!("name=\"payload_hash\" value=\"{hash}\"")),
        "{form}"
    );
    insta::assert_snapshot!(form);
}

#[test]
fn the_document_that_is_hashed_is_on_the_page() {
    let html = page("proposal-waiting");
    let document = part(&html, "<code id=\"hashed-document\">", "</code>").replace("&#34;", "\"");
    assert!(
        document.contains(r#""operation":"create_issue""#),
        "{document}"
    );
    let css = include_str!("../assets/css/component/request.css");
    assert_eq!(
        html.matches("name=\"body-view\"").count(),
        html.matches("class=\"tab-panel\"").count()
    );
    assert!(css.contains("input:nth-of-type(3):checked ~ .tab-panel:nth-of-type(3)"));
}

#[test]
fn a_row_says_what_it_is_about_and_hides_nothing() {
    let html = page("inbox");
    assert!(html.contains("Create an issue: Shorten the wait for suppliers</a>"));
    assert!(html.contains("Pay⟨U+200B⟩ment reminder</a>") && !html.contains('\u{200b}'));
    assert!(html.contains("href=\"/approvals?waiting_before=x\""));
}

#[test]
fn hidden_characters_are_named_and_warned_about() {
    let html = page("proposal-hidden-characters");
    assert!(html.contains("This request holds characters that hide or reorder text."));
    assert!(html.contains("invoice-⟨U+202E⟩fdp.exe") && html.contains("Pay⟨U+200B⟩ment"));
    assert!(!html.contains('\u{202e}') && !html.contains('\u{200b}'));
}

#[test]
fn only_fresh_evidence_is_green() {
    let html = page("trust");
    let badges: Vec<&str> = html
        .split("<li class=\"control\">")
        .skip(1)
        .filter_map(|control| {
            control
                .split("class=\"badge ")
                .nth(1)?
                .split("</span>")
                .next()
        })
        .collect();
    insta::assert_snapshot!(badges.join("\n"), @r#"
    tone-ok">Holds
    tone-ok">Holds
    tone-ok">Holds
    tone-ok">Holds
    tone-warn">Stale
    tone-bad">Fails
    tone-warn">Check broken
    tone-mute">Never run
    "#);
}

#[test]
fn a_claim_of_which_controls_check_a_part_is_not_green() {
    let html = page("trust");
    let claims: Vec<String> = html
        .split("<li class=\"checked-claim\">")
        .skip(1)
        .filter_map(|claim| {
            let id = claim.split("class=\"claim\">").nth(1)?.split('<').next()?;
            let badge = claim.split("class=\"badge ").nth(1)?.split('<').next()?;
            Some(format!("{id} {badge}"))
        })
        .collect();
    insta::assert_snapshot!(claims.join("\n"), @r#"
    AC-01 tone-mute">Partly checked
    AG-01 tone-mute">Partly checked
    ED-02 tone-ok">Holds
    ID-09 tone-mute">Partly checked
    CO-05 tone-mute">Partly checked
    AU-02 tone-warn">Not shown to hold
    CO-04 tone-mute">Partly checked
    "#);
}

#[test]
fn the_consent_page_is_honest_about_each_barrier() {
    insta::assert_snapshot!(part(&page("connect"), "<ul class=\"barriers\">", "</ul>"));
}

#[test]
fn the_fragment_of_the_inbox_updates_the_counts_of_the_navigation() {
    let html = page("inbox-rows");
    for id in ["nav-count", "sheet-count", "top-count"] {
        assert!(
            html.contains(&format!("id=\"{id}\" hx-swap-oob=\"true\">4<")),
            "{html}"
        );
    }
}

#[test]
fn a_changed_proposal_takes_its_decision_form_away() {
    let html = page("proposal-status");
    assert!(html.contains("<div id=\"decision-slot\" hx-swap-oob=\"true\"></div>"));
    insta::assert_snapshot!(part(&html, "<span id=\"state-badge\"", "</div>"));
}

#[test]
fn the_key_comes_with_a_configuration_that_a_client_takes() {
    let html = page("api-key-created");
    let config = part(&html, "<code id=\"config\">", "</code>");
    insta::assert_snapshot!(config.replace("&#34;", "\""));
}
