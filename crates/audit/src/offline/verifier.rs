use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::place::{Placed, Places};
use super::tree::{Heads, Judged};
use super::{Finding, Outcome, Problem, Report, SavedCheckpoint};
use crate::checkpoint::VerifierKey;
use crate::leaf::HashedRow;
use crate::merkle::{Hash, NodeStore};

/// How long a row may be without a place after its moment: longer than any transaction may run,
/// and than the sequencer waits. A row without a place that is older than the newest sequenced one
/// by more than this was put there by hand.
pub const SETTLING: Duration = Duration::minutes(10);

/// The most rows that are named as suspects of a rewritten part.
const MAX_SUSPECTS: usize = 16;

/// Checks a log that comes as a stream, in about 50 bytes of memory a leaf. Give each leaf before
/// its row where that is possible: rows that come early are kept until the end.
pub struct Verifier {
    log: String,
    heads: Heads,
    places: Places,
    misfits: Vec<HashedRow>,
    rows: u64,
    /// The newest moment of a row that a checkpoint covers.
    newest_covered: Option<OffsetDateTime>,
    complete: bool,
}

impl Verifier {
    /// A check against `checkpoints` by `key`.
    pub fn new(key: &VerifierKey, checkpoints: &[SavedCheckpoint]) -> Self {
        Self {
            log: key.name().to_string(),
            heads: Heads::new(checkpoints, key),
            places: Places::default(),
            misfits: Vec::new(),
            rows: 0,
            newest_covered: None,
            complete: true,
        }
    }

    /// Takes missing rows for withheld ones: for an export that does not show every row.
    #[must_use]
    pub const fn allowing_withheld_rows(mut self) -> Self {
        self.complete = false;
        self
    }

    /// The next stored leaf hash, by index.
    pub fn leaf(&mut self, leaf: Hash) {
        self.places.leaves.push(leaf);
    }

    /// A row, in any order.
    pub fn row(&mut self, row: HashedRow) {
        self.rows += 1;
        self.place(row);
    }

    /// Concludes, with the stored interior nodes to narrow a rewritten tree down (`&()` where there
    /// are none).
    pub fn finish(mut self, nodes: &impl NodeStore) -> Report {
        // Rows that came before their leaves have them by now.
        for row in std::mem::take(&mut self.misfits) {
            self.place(row);
        }
        let settled = self
            .newest_covered
            .and_then(|newest| newest.checked_sub(SETTLING));
        let Placed {
            mut findings,
            unsequenced,
            missing,
        } = self
            .places
            .resolve(std::mem::take(&mut self.misfits), settled);
        let withheld = if self.complete {
            0
        } else {
            missing.len() as u64
        };
        if self.complete {
            findings.extend(
                missing
                    .iter()
                    .filter_map(|index| self.places.removed(*index)),
            );
        }
        let problem = self.heads.is_empty().then(|| Problem {
            code: "audit.no_checkpoint",
            message: "there is no checkpoint to check the log against: give a saved one".to_owned(),
        });
        let Judged {
            checkpoints,
            findings: of_heads,
            rewritten,
            covered,
        } = self.heads.judge(&self.places.leaves, nodes);
        findings.extend(of_heads);
        if let Some((label, parts)) = rewritten {
            findings.extend(
                parts
                    .into_iter()
                    .map(|part| rewrote(&label, part, &self.places)),
            );
        }
        let leaves = self.places.leaves.len() as u64;
        let mut report = Report {
            outcome: if problem.is_some() {
                Outcome::Error
            } else {
                Outcome::Ok
            },
            log: self.log,
            leaves,
            rows: self.rows,
            uncovered: leaves.saturating_sub(covered),
            unsequenced,
            withheld,
            checkpoints,
            counts: BTreeMap::new(),
            findings: Vec::new(),
            problem,
        };
        report.conclude(findings);
        report
    }

    fn place(&mut self, row: HashedRow) {
        if !self.places.take(&row) {
            self.misfits.push(row);
        } else if row
            .index()
            .is_some_and(|index| index < self.heads.largest())
        {
            self.newest_covered = self.newest_covered.max(Some(row.at()));
        }
    }
}

fn rewrote(label: &str, part: std::ops::Range<u64>, places: &Places) -> Finding {
    let (from, until) = (part.start, part.end);
    let holder = |index| {
        usize::try_from(index)
            .ok()
            .and_then(|index| places.holder(index))
    };
    // A wide part names nobody: its first rows are no more suspect than its last.
    let narrow = until - from <= MAX_SUSPECTS as u64;
    let suspects = part.filter_map(holder).take_while(|_| narrow).collect();
    Finding::RewrittenTree {
        label: label.to_owned(),
        from,
        until,
        suspects,
    }
}
