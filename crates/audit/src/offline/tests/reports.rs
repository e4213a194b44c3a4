use time::Duration;

use crate::fixture::{Log, entry};
use crate::offline::{MAX_FINDINGS, Outcome, Report, SETTLING};

#[test]
fn a_log_without_a_checkpoint_is_an_error_and_no_pass() {
    let report = Log::new(10, &[]).verify();
    assert_eq!(report.outcome, Outcome::Error);
    assert_eq!(
        report.problem.map(|problem| problem.code),
        Some("audit.no_checkpoint")
    );
}

#[test]
fn an_altered_row_without_a_checkpoint_is_still_a_failure() {
    let mut log = Log::new(10, &[]);
    log.rows[4].1.subject = None;
    log.rows[4].1.action = "approvals.rejected".into();
    assert_eq!(log.verify().outcome, Outcome::Failed);
}

#[test]
fn rows_that_wait_for_their_place_are_counted_and_no_failure() {
    let mut log = Log::new(10, &[10]);
    let mut young = entry(11);
    // Its transaction began before, and ended after, that of the newest sequenced row.
    young.at = entry(9).at - SETTLING + Duration::SECOND;
    log.rows.push((None, young));
    let report = log.verify();
    assert_eq!((report.outcome, report.unsequenced), (Outcome::Ok, 1));
}

#[test]
fn leaves_past_the_last_checkpoint_are_counted() {
    let report = Log::new(10, &[6, 8]).verify();
    assert_eq!((report.outcome, report.uncovered), (Outcome::Ok, 2));
}

#[test]
fn a_report_lists_so_many_findings_and_counts_them_all() {
    let mut log = Log::new(1_500, &[1_500]);
    log.rows.truncate(100);
    let report = log.verify();
    assert_eq!(report.findings.len(), MAX_FINDINGS);
    assert_eq!(report.counts["removed_row"], 1_400);
    assert!(report.to_string().ends_with("and 400 more\n"));
}

fn damaged() -> Report {
    let mut log = Log::new(8, &[8]);
    log.rows[3].1.action = "approvals.rejected".into();
    log.rows.remove(5);
    log.verify()
}

#[test]
fn the_text_names_what_is_wrong() {
    assert_eq!(
        damaged().to_string(),
        "\
Audit log countersign.example/audit: FAILED: the log is not what was signed
  7 rows against 8 leaves
  checkpoint 8 over 8 entries: holds
   1. Altered: aud_00000000000000000000000004 at index 3 (2024-10-04T00:00:03Z)
      recorded hash /fmiwBAmbNI+SksQ1CkYbSy0RBQXvAjZBGqmPisohyw=
      hash of row   rhYCr2SN+sclsvcoCdIHb6Puejx+z3rrKHmcxmlxGwA=
   2. Removed: the row at index 5, after aud_00000000000000000000000005, before \
aud_00000000000000000000000007
      recorded hash mu3fzBNVArsEeS74W2Ww2nI5oIOjjTTP9mHp5cBb9UA=
"
    );
}

#[test]
fn the_json_form_is_pinned() {
    let json = serde_json::to_value(damaged()).unwrap();
    assert_eq!(json["outcome"], "failed");
    assert_eq!(
        json["counts"],
        serde_json::json!({"altered_row": 1, "removed_row": 1})
    );
    assert_eq!(json["checkpoints"][0]["standing"], "holds");
    let altered = &json["findings"][0];
    assert_eq!(altered["kind"], "altered_row");
    assert_eq!(altered["row"]["index"], 3);
    assert_eq!(altered["row"]["at"], "2024-10-04T00:00:03Z");
    assert_eq!(json["findings"][1]["index"], 5);
}
