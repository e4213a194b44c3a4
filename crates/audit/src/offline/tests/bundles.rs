use crate::bundle::{BundleReader, BundleWriter, Header, Limits};
use crate::fixture::{Log, ORIGIN, entry, key};
use crate::merkle::leaf_hash;
use crate::offline::{Finding, InsertedBecause, Outcome, Report, verify_bundle};

/// Writes the log as the store would: leaves with their rows, then what is left.
fn bundle(log: &Log, complete: bool) -> String {
    let notes = log
        .checkpoints
        .iter()
        .map(|head| head.note.clone())
        .collect();
    let header = Header {
        complete,
        ..Header::new(ORIGIN, log.leaves.len() as u64, notes)
    };
    let mut writer = BundleWriter::new(Vec::new(), &header).unwrap();
    let mut left: Vec<_> = log.rows.iter().collect();
    for (index, leaf) in log.leaves.iter().enumerate() {
        let at = left
            .iter()
            .position(|(place, _)| *place == Some(index as u64));
        let row = at.map(|at| left.remove(at));
        writer.leaf(*leaf, row.map(|(_, row)| row)).unwrap();
    }
    for (place, row) in left {
        writer.row(*place, row).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn verify(text: &str) -> Report {
    let reader = BundleReader::open(text.as_bytes(), Limits::default()).unwrap();
    verify_bundle(reader, &[], &key().verifier())
}

#[test]
fn a_bundle_is_judged_like_the_log_that_it_was_made_of() {
    let mut log = Log::new(20, &[12, 20]);
    log.rows.push((None, entry(20)));
    assert_eq!(verify(&bundle(&log, true)).outcome, Outcome::Ok);
    log.rows[4].1.action = "approvals.rejected".into();
    log.rows.remove(9);
    log.rows.push((Some(17), entry(99)));
    let (of_bundle, of_log) = (verify(&bundle(&log, true)), log.verify());
    assert_eq!(of_bundle.outcome, Outcome::Failed);
    assert_eq!(of_bundle.findings, of_log.findings);
    assert_eq!(of_bundle.rows, of_log.rows);
    assert!(of_bundle.findings.iter().any(|finding| matches!(
        finding,
        Finding::InsertedRow {
            because: InsertedBecause::PlaceTaken,
            ..
        }
    )));
}

#[test]
fn a_leaf_hash_is_sha_256_over_a_zero_byte_and_the_entry_as_it_stands_in_the_file() {
    let log = Log::new(3, &[3]);
    let text = bundle(&log, true);
    let line = text.lines().nth(2).unwrap();
    let (_, entry) = line.split_once(r#""entry":"#).unwrap();
    let entry = entry.strip_suffix('}').unwrap();
    let hash = crypto::digest::sha256(format!("\0{entry}").as_bytes());
    assert_eq!(&hash, log.leaves[1].as_bytes());
}

#[test]
fn an_export_that_withholds_rows_proves_the_others() {
    let mut log = Log::new(20, &[20]);
    log.rows
        .retain(|(index, _)| index.is_some_and(|index| index % 3 == 0));
    let report = verify(&bundle(&log, false));
    assert_eq!((report.outcome, report.withheld), (Outcome::Ok, 13));
    assert_eq!(verify(&bundle(&log, true)).counts["removed_row"], 13);
    log.rows[2].1.action = "approvals.rejected".into();
    assert_eq!(verify(&bundle(&log, false)).counts["altered_row"], 1);
}

#[test]
fn a_row_edited_in_the_file_is_named() {
    let text = bundle(&Log::new(9, &[9]), true);
    let report = verify(&text.replacen(r#""count":5"#, r#""count":6"#, 1));
    let [Finding::AlteredRow { row, .. }] = &report.findings[..] else {
        panic!("{report}")
    };
    assert_eq!(row.index, Some(5));
}

#[test]
fn a_leaf_and_row_edited_together_do_not_give_the_signed_root() {
    let mut log = Log::new(9, &[9]);
    log.leaves[5] = leaf_hash(b"forged");
    assert_eq!(verify(&bundle(&log, true)).counts["rewritten_tree"], 1);
}

#[test]
fn a_bundle_that_cannot_be_read_is_an_error_that_names_the_line() {
    let text = bundle(&Log::new(9, &[9]), true);
    let report = verify(&text.replacen("approvals.approved", "approvals.\\u0061pproved", 1));
    let problem = report.problem.unwrap();
    assert_eq!(
        (report.outcome, problem.code),
        (Outcome::Error, "audit.bundle_entry")
    );
    assert!(
        problem.message.starts_with("line 2: "),
        "{}",
        problem.message
    );
}

#[test]
fn a_bundle_of_another_log_is_an_error() {
    let text = bundle(&Log::new(9, &[9]), true).replacen(ORIGIN, "other.example/audit", 1);
    assert_eq!(
        verify(&text).problem.map(|problem| problem.code),
        Some("audit.bundle_origin")
    );
}
