use std::collections::HashMap;

use kernel::AuditEntryId;
use time::OffsetDateTime;

use super::{Finding, InsertedBecause, RowName};
use crate::leaf::HashedRow;
use crate::merkle::Hash;

/// The leaves, and which row holds each.
#[derive(Default)]
pub(super) struct Places {
    pub(super) leaves: Vec<Hash>,
    /// By index; shorter than `leaves` by those at the end that no row holds.
    holders: Vec<Option<AuditEntryId>>,
}

/// What became of rows and leaves that did not fit at once.
#[derive(Default)]
pub(super) struct Placed {
    pub(super) findings: Vec<Finding>,
    pub(super) unsequenced: u64,
    /// Leaves that no row holds.
    pub(super) missing: Vec<u64>,
}

impl Places {
    /// Puts `row` at its place, if its leaf is there and free.
    pub(super) fn take(&mut self, row: &HashedRow) -> bool {
        let Some(index) = row.index().and_then(|index| usize::try_from(index).ok()) else {
            return false;
        };
        let fits = self.leaves.get(index) == Some(&row.leaf()) && self.holder(index).is_none();
        if fits {
            self.hold(index, row.id());
        }
        fits
    }

    /// Names what is wrong with the rows that fitted nowhere. Rows without a place are expected to
    /// have one if they are older than `settled`.
    pub(super) fn resolve(
        &mut self,
        misfits: Vec<HashedRow>,
        settled: Option<OffsetDateTime>,
    ) -> Placed {
        let mut placed = Placed::default();
        // First rows that the log knows elsewhere: then a leaf that is still free after them has
        // lost its row, and whoever stands there is not it.
        let mut free = self.free_by_hash();
        let (mut strangers, mut moved) = (Vec::new(), Vec::new());
        for row in misfits {
            match free.remove(&row.leaf()) {
                Some(belongs) => moved.push((row, belongs)),
                None => strangers.push(row),
            }
        }
        for (row, belongs) in moved {
            self.hold(belongs, row.id());
            let (row, belongs) = (RowName::from(&row), belongs as u64);
            placed.findings.push(Finding::MisplacedRow { row, belongs });
        }
        for row in strangers {
            match self.judge(&row, settled) {
                Some(finding) => placed.findings.push(finding),
                None => placed.unsequenced += 1,
            }
        }
        let missing = (0..self.leaves.len()).filter(|index| self.holder(*index).is_none());
        placed.missing = missing.map(|index| index as u64).collect();
        placed
    }

    /// That the row of the leaf at `index` is gone.
    pub(super) fn removed(&self, index: u64) -> Option<Finding> {
        let at = usize::try_from(index).ok()?;
        let after = at.checked_sub(1).and_then(|left| self.holder(left));
        let before = self.holder(at + 1);
        let recorded = *self.leaves.get(at)?;
        Some(Finding::RemovedRow {
            index,
            recorded,
            after,
            before,
        })
    }

    pub(super) fn holder(&self, index: usize) -> Option<AuditEntryId> {
        self.holders.get(index).copied().flatten()
    }

    fn judge(&mut self, row: &HashedRow, settled: Option<OffsetDateTime>) -> Option<Finding> {
        let inserted = |because| {
            Some(Finding::InsertedRow {
                row: row.into(),
                because,
            })
        };
        let Some(index) = row.index() else {
            let late = settled.is_some_and(|settled| row.at() < settled);
            return late
                .then_some(())
                .and_then(|()| inserted(InsertedBecause::NeverSequenced));
        };
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(recorded) = self.leaves.get(at).copied() else {
            return inserted(InsertedBecause::PastTheEnd);
        };
        if self.holder(at).is_some() {
            return inserted(InsertedBecause::PlaceTaken);
        }
        self.hold(at, row.id());
        Some(Finding::AlteredRow {
            row: row.into(),
            recorded,
            recomputed: row.leaf(),
        })
    }

    fn hold(&mut self, index: usize, id: AuditEntryId) {
        if self.holders.len() <= index {
            self.holders.resize(index + 1, None);
        }
        if let Some(holder) = self.holders.get_mut(index) {
            *holder = Some(id);
        }
    }

    fn free_by_hash(&self) -> HashMap<Hash, usize> {
        let leaves = self.leaves.iter().enumerate();
        let free = leaves.filter(|(index, _)| self.holder(*index).is_none());
        free.map(|(index, leaf)| (*leaf, index)).collect()
    }
}
