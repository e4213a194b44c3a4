//! One change to a random log, of any kind: the check fails and names the right row.

use kernel::AuditEntryId;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

use crate::fixture::{Log, entry};
use crate::leaf::EntryRow;
use crate::offline::{Finding, InsertedBecause, Outcome};

const SIZES: std::ops::Range<u32> = 1..60;

/// Changes one field of a row, each in another way.
const ALTERATIONS: [fn(&mut EntryRow); 12] = [
    |row| row.id = Uuid::from_u128(u128::MAX),
    |row| row.organisation = Some(Uuid::from_u128(999)),
    |row| {
        row.organisation = if row.organisation.is_some() {
            None
        } else {
            Some(Uuid::nil())
        }
    },
    |row| row.at += Duration::microseconds(1),
    |row| row.actor.kind = "job".into(),
    |row| row.actor.id = Some(Uuid::from_u128(998)),
    |row| row.actor.person = Some(Uuid::from_u128(997)),
    |row| row.action = "approvals.rejected".into(),
    |row| {
        row.subject = if row.subject.is_some() {
            None
        } else {
            Some(String::new())
        }
    },
    |row| row.details["count"] = json!(-1),
    |row| row.details["state"] = json!(true),
    |row| row.details["more"] = json!(null),
];

fn log(size: u32) -> Log {
    Log::new(size, &[size.into()])
}

fn only_finding(log: &Log) -> Finding {
    let report = log.verify();
    assert_eq!(report.outcome, Outcome::Failed);
    let [finding] = report.findings.as_slice() else {
        panic!("{report}")
    };
    finding.clone()
}

#[test]
fn an_untouched_log_of_any_size_passes() {
    for size in 0..40 {
        let report = log(size).verify();
        assert_eq!(report.outcome, Outcome::Ok, "{report}");
        assert_eq!((report.leaves, report.uncovered), (size.into(), 0));
    }
}

proptest! {
    #[test]
    fn a_row_altered_in_any_field_is_named(size in SIZES, at: Index, how in 0..ALTERATIONS.len()) {
        let mut log = log(size);
        let at = at.index(log.rows.len());
        ALTERATIONS[how](&mut log.rows[at].1);
        let Finding::AlteredRow { row, recorded, recomputed } = only_finding(&log) else {
            panic!("another finding")
        };
        prop_assert_eq!(row.index, Some(at as u64));
        prop_assert_eq!(row.id.uuid(), log.rows[at].1.id);
        prop_assert_eq!(recorded, log.leaves[at]);
        prop_assert_ne!(recorded, recomputed);
    }

    #[test]
    fn a_removed_row_is_named_by_its_place_and_neighbours(size in SIZES, at: Index) {
        let mut log = log(size);
        let at = at.index(log.rows.len());
        log.rows.remove(at);
        let Finding::RemovedRow { index, recorded, after, before } = only_finding(&log) else {
            panic!("another finding")
        };
        prop_assert_eq!(index, at as u64);
        prop_assert_eq!(recorded, log.leaves[at]);
        let number = u32::try_from(at).unwrap();
        prop_assert_eq!(after.map(AuditEntryId::uuid), number.checked_sub(1).map(|n| entry(n).id));
        prop_assert_eq!(before.map(AuditEntryId::uuid), (number + 1 < size).then(|| entry(number + 1).id));
    }

    #[test]
    fn an_inserted_row_is_named_whatever_place_it_claims(size in SIZES, at: Index, place in 0..3_u8) {
        let mut log = log(size);
        let at = at.index(log.rows.len());
        let mut row = entry(1_000);
        row.at = entry(0).at - Duration::days(1);
        let (claimed, reason) = match place {
            0 => (Some(at as u64), InsertedBecause::PlaceTaken),
            1 => (Some(u64::from(size) + at as u64), InsertedBecause::PastTheEnd),
            _ => (None, InsertedBecause::NeverSequenced),
        };
        log.rows.insert(at, (claimed, row.clone()));
        // At a taken place, either of the two may come first: the log knows which is its own.
        let Finding::InsertedRow { row: named, because } = only_finding(&log) else {
            panic!("another finding")
        };
        prop_assert_eq!((named.id.uuid(), named.index, because), (row.id, claimed, reason));
    }

    #[test]
    fn an_inserted_row_is_named_when_all_rows_behind_it_were_moved_up(size in SIZES, at: Index) {
        let mut log = log(size);
        let at = at.index(log.rows.len());
        for (index, _) in &mut log.rows[at..] {
            *index = index.map(|index| index + 1);
        }
        log.rows.insert(at, (Some(at as u64), entry(1_000)));
        let report = log.verify();
        prop_assert_eq!(report.outcome, Outcome::Failed);
        let Finding::InsertedRow { row, .. } = &report.findings[0] else { panic!("{report}") };
        prop_assert_eq!(row.id.uuid(), entry(1_000).id);
        prop_assert_eq!(report.counts["misplaced_row"], (u64::from(size)) - at as u64);
    }

    #[test]
    fn two_swapped_rows_are_both_named(size in 2..60_u32, one: Index, other: Index) {
        let mut log = log(size);
        let (one, other) = (one.index(log.rows.len()), other.index(log.rows.len()));
        prop_assume!(one != other);
        let place = log.rows[one].0;
        log.rows[one].0 = log.rows[other].0;
        log.rows[other].0 = place;
        let report = log.verify();
        prop_assert_eq!(report.outcome, Outcome::Failed);
        let mut named: Vec<_> = report.findings.iter().map(|finding| match finding {
            Finding::MisplacedRow { row, belongs } => (row.id.uuid(), *belongs),
            other => panic!("{other}"),
        }).collect();
        named.sort();
        let mut expected = [one, other].map(|n| (log.rows[n].1.id, n as u64));
        expected.sort();
        prop_assert_eq!(named, expected);
    }

    #[test]
    fn a_row_that_lost_its_place_is_named_with_it(size in SIZES, at: Index) {
        let mut log = log(size);
        let at = at.index(log.rows.len());
        log.rows[at].0 = None;
        let Finding::MisplacedRow { row, belongs } = only_finding(&log) else {
            panic!("another finding")
        };
        prop_assert_eq!((row.id.uuid(), belongs), (log.rows[at].1.id, at as u64));
    }

    #[test]
    fn cut_rows_are_each_named(size in SIZES, keep: Index) {
        let mut log = log(size);
        let keep = keep.index(log.rows.len());
        log.rows.truncate(keep);
        let report = log.verify();
        prop_assert_eq!(report.outcome, Outcome::Failed);
        let named: Vec<_> = report.findings.iter().map(|finding| match finding {
            Finding::RemovedRow { index, .. } => *index,
            other => panic!("{other}"),
        }).collect();
        prop_assert_eq!(named, (keep as u64..size.into()).collect::<Vec<_>>());
    }

    #[test]
    fn a_log_cut_with_its_hashes_is_a_rollback(size in SIZES, keep: Index) {
        let mut log = log(size);
        let keep = keep.index(log.rows.len());
        log.rows.truncate(keep);
        log.rehash();
        let rollback = Finding::Rollback {
            label: size.to_string(),
            checkpoint_size: size.into(),
            log_size: keep as u64,
        };
        prop_assert_eq!(only_finding(&log), rollback);
    }

    #[test]
    fn the_order_in_which_rows_come_makes_no_difference(size in SIZES, order in any::<u64>()) {
        let mut log = log(size);
        log.rows[0].1.action = "approvals.rejected".into();
        let expected = log.verify();
        log.rows.sort_by_key(|(_, row)| row.id.as_u128().wrapping_mul(u128::from(order) | 1));
        prop_assert_eq!(log.verify(), expected);
    }
}
