use insight::{Format, Limits, LogBuilder, report, statistics};

use crate::support::{SMALL, read_from, xes};

#[test]
fn the_summary_of_a_small_log_reads_well() {
    insta::assert_snapshot!(report::text(&statistics(&xes(SMALL).unwrap()), 80, false));
}

#[test]
fn the_summary_of_the_shipped_log_reads_well() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/logs/helpdesk-simulated.xes.gz"
    );
    let file = std::fs::File::open(path).unwrap();
    let log = read_from(file, &Format::Auto, &Limits::default()).unwrap();
    insta::assert_snapshot!(report::text(&statistics(&log), 100, false));
}

#[test]
fn an_empty_log_has_a_summary_too() {
    let text = report::text(
        &statistics(&LogBuilder::new(&Limits::default()).finish()),
        80,
        false,
    );
    assert!(text.starts_with("0 cases, 0 events"), "{text}");
}

#[test]
fn names_cannot_speak_to_the_terminal() {
    let evil = SMALL
        .replace("\"open\"", "\"o\u{9b}31m\u{202e}pen\"")
        .replace("case 1", "&#x9d;");
    let statistics = statistics(&xes(evil).unwrap());
    let text = report::text(&statistics, 80, false);
    assert!(
        !text
            .chars()
            .any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')),
        "{text:?}"
    );
    let coloured = report::text(&statistics, 80, true);
    assert!(coloured.contains("\u{1b}[1m") && !coloured.contains('\u{9b}'));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let long = "a very long activity name that goes on and on ".repeat(5);
    let log = xes(SMALL
        .replace("open", &long)
        .replace("close", &format!("2 {long}")))
    .unwrap();
    for width in [60, 80, 110] {
        let text = report::text(&statistics(&log), width, false);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{widest} > {width}\n{text}");
    }
}

#[test]
fn statistics_survive_json_and_carry_the_keys_that_the_command_promises() {
    let statistics = statistics(&xes(SMALL).unwrap());
    let json = serde_json::to_value(&statistics).unwrap();
    for key in ["cases", "events", "activities", "variants"] {
        assert!(json[key].is_u64(), "{key}");
    }
    for key in ["from", "to", "count", "mean_s", "median_s", "p90_s"] {
        assert!(!json["edges"][0][key].is_null(), "{key}");
    }
    for key in [
        "n", "mean", "p10", "p25", "p50", "p75", "p90", "p95", "min", "max",
    ] {
        assert!(json["case_duration_s"][key].is_number(), "{key}");
    }
    let back: insight::Statistics = serde_json::from_value(json).unwrap();
    assert_eq!(back, statistics);
}
