//! An attacker who owns the database, and then also the key.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::checkpoint::{SigningKey, sign};
use crate::fixture::{Log, ORIGIN, entry};
use crate::leaf::hash;
use crate::merkle::{Node, leaf_hash};
use crate::offline::{Finding, Outcome, SavedCheckpoint, Standing};

fn only_part(log: &Log) -> (u64, u64, Vec<uuid::Uuid>) {
    let report = log.verify();
    assert_eq!(report.outcome, Outcome::Failed);
    let [
        Finding::RewrittenTree {
            from,
            until,
            suspects,
            ..
        },
    ] = report.findings.as_slice()
    else {
        panic!("{report}")
    };
    (*from, *until, suspects.iter().map(|id| id.uuid()).collect())
}

/// Changes a row and its stored leaf hash, and no node above.
fn rewrite_row_and_leaf(log: &mut Log, at: usize) {
    log.rows[at].1.action = "approvals.rejected".into();
    log.leaves[at] = hash(&log.rows[at].1);
    log.nodes.insert(Node::leaf(at as u64), log.leaves[at]);
}

proptest! {
    #[test]
    fn a_row_rewritten_with_its_leaf_is_found_by_the_nodes_above(size in 1..80_u32, at: Index) {
        let mut log = Log::new(size, &[size.into()]);
        let at = at.index(log.rows.len());
        rewrite_row_and_leaf(&mut log, at);
        let (from, until, suspects) = only_part(&log);
        let alone = size % 2 == 1 && at as u64 == u64::from(size) - 1;
        if alone {
            // No node above it but the root: with one checkpoint alone, nothing narrows it down.
            prop_assert_eq!((from, until), (0, size.into()));
        } else {
            prop_assert_eq!((from, until), (at as u64 & !1, (at as u64 & !1) + 2));
            prop_assert!(suspects.contains(&log.rows[at].1.id));
        }
    }

    #[test]
    fn a_tree_rewritten_as_a_whole_is_narrowed_down_by_older_checkpoints(size in 2..80_u32, at: Index) {
        let heads: Vec<u64> = (1..=u64::from(size)).filter(|head| head % 7 == 0 || *head == u64::from(size)).collect();
        let mut log = Log::new(size, &heads);
        let at = at.index(log.rows.len());
        log.rows[at].1.action = "approvals.rejected".into();
        log.rehash();
        let (from, until, suspects) = only_part(&log);
        prop_assert_eq!(from, at as u64 / 7 * 7);
        prop_assert_eq!(until, (from + 7).min(size.into()));
        prop_assert!(suspects.contains(&log.rows[at].1.id));
    }
}

#[test]
fn several_rewritten_rows_are_found_apart() {
    let mut log = Log::new(64, &[64]);
    for at in [3, 40, 41] {
        rewrite_row_and_leaf(&mut log, at);
    }
    let parts: Vec<_> = log
        .verify()
        .findings
        .into_iter()
        .map(|finding| match finding {
            Finding::RewrittenTree { from, until, .. } => (from, until),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(parts, [(2, 4), (40, 42)]);
}

#[test]
fn a_stolen_key_is_of_no_use_against_a_checkpoint_that_was_saved_elsewhere() {
    let mut log = Log::new(30, &[20]);
    let saved = log.checkpoints[0].clone();
    log.rows[11].1.action = "approvals.rejected".into();
    log.rehash();
    // The thief has the log signed anew. Alone, that is a perfect log.
    log.checkpoints = vec![log.head(30)];
    assert_eq!(log.verify().outcome, Outcome::Ok);

    log.checkpoints.push(saved);
    let report = log.verify();
    assert_eq!(report.outcome, Outcome::Failed);
    let standings: Vec<_> = report
        .checkpoints
        .iter()
        .map(|head| head.standing)
        .collect();
    assert_eq!(standings, [Standing::RootDiffers, Standing::Holds]);
    assert!(matches!(
        &report.findings[..],
        [Finding::RewrittenTree {
            from: 0,
            until: 20,
            ..
        }]
    ));
}

#[test]
fn a_rolled_back_log_that_grew_again_is_found() {
    let mut log = Log::new(30, &[30]);
    log.rows.truncate(25);
    log.rows
        .extend((25..40).map(|n| (Some(u64::from(n)), entry(n + 500))));
    log.rehash();
    let fresh = log.head(40);
    log.checkpoints.push(fresh);
    assert_eq!(log.verify().outcome, Outcome::Failed);
}

#[test]
fn a_checkpoint_of_another_key_or_with_a_changed_root_is_named() {
    let other = SigningKey::from_seed(ORIGIN.parse().unwrap(), &[2; 32].into()).unwrap();
    let mut log = Log::new(10, &[10]);
    let good = log.checkpoints[0].note.clone();
    let size_changed = good.replacen("\n10\n", "\n9\n", 1);
    for (note, code) in [
        (sign(&other, 10, leaf_hash(b"any")), "audit.note_unsigned"),
        (size_changed, "audit.note_signature"),
        ("nothing".to_owned(), "audit.note_malformed"),
    ] {
        let label = "saved".to_owned();
        log.checkpoints = vec![
            log.head(10),
            SavedCheckpoint {
                label: label.clone(),
                note,
            },
        ];
        let report = log.verify();
        assert_eq!(report.outcome, Outcome::Failed);
        let [
            Finding::BadCheckpoint {
                label: named,
                code: found,
                ..
            },
        ] = &report.findings[..]
        else {
            panic!("{report}")
        };
        assert_eq!((named, *found), (&label, code));
    }
}

#[test]
fn a_stored_node_that_the_next_head_would_be_built_on_is_named() {
    let mut log = Log::new(20, &[20]);
    log.nodes
        .insert(Node { level: 3, index: 1 }, leaf_hash(b"forged"));
    let report = log.verify();
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(
        report.findings,
        [Finding::DamagedNode { level: 3, index: 1 }]
    );
}
