use std::collections::VecDeque;
use std::io::{self, Write};

use db::{Db, ReadTx};
use kernel::Scope;

use crate::bundle::{BundleWriter, Header};
use crate::checkpoint::VerifierKey;
use crate::leaf::EntryRow;
use crate::merkle::Hash;
use crate::store;

/// Rows fetched at once.
const BATCH: i32 = 5000;

/// Why the log could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Nothing was sequenced yet.
    #[error(
        "the audit log has no signed checkpoint yet: the broker makes one within seconds of its first start"
    )]
    NoCheckpoint,
    /// The stored tree lacks a leaf.
    #[error(
        "the stored tree has no leaf {index}, which its checkpoint covers: run countersign audit verify"
    )]
    NoLeaf {
        /// Its place.
        index: u64,
    },
    /// The database failed.
    #[error("the audit log could not be read")]
    Database(#[from] db::Error),
    /// What was read could not be written.
    #[error("the bundle could not be written")]
    Write(#[from] io::Error),
}

/// Writes the whole log as a bundle that can be checked offline, as the verifier's role. Returns how
/// many leaves it has.
///
/// All of it is of one moment: a log that grows meanwhile does not look tampered with.
pub async fn export(db: &Db, key: &VerifierKey, out: impl Write) -> Result<u64, ExportError> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    store::hold_still(&mut tx).await?;
    let head = store::latest_head(&mut tx)
        .await?
        .ok_or(ExportError::NoCheckpoint)?;
    let header = Header::new(key.name().as_str(), head.size, vec![head.note]);
    let mut bundle = BundleWriter::new(out, &header)?;
    let (mut leaves, mut rows) = (Leaves::default(), Rows::default());
    for index in 0..head.size {
        let leaf = leaves
            .at(&mut tx, index)
            .await?
            .ok_or(ExportError::NoLeaf { index })?;
        let row = rows.at(&mut tx, index).await?;
        bundle.leaf(leaf, row.as_ref())?;
    }
    // Rows that claim a place past the end, or none: the reader judges them.
    while let Some((index, row)) = rows.next(&mut tx).await? {
        bundle.row(Some(index), &row)?;
    }
    for row in store::not_sequenced(&mut tx).await? {
        bundle.row(None, &row)?;
    }
    bundle.finish()?.flush()?;
    Ok(head.size)
}

/// The leaves in their order, a batch at a time.
#[derive(Default)]
struct Leaves {
    batch: VecDeque<(u64, Hash)>,
}

impl Leaves {
    async fn at(&mut self, tx: &mut ReadTx, index: u64) -> Result<Option<Hash>, db::Error> {
        if self.batch.is_empty() {
            let after = i64::try_from(index).unwrap_or(i64::MAX) - 1;
            let nodes = store::all_nodes(tx, 0, after, BATCH).await?;
            self.batch = nodes
                .into_iter()
                .map(|(node, hash)| (node.index, hash))
                .collect();
        }
        Ok(self
            .batch
            .pop_front_if(|(found, _)| *found == index)
            .map(|(_, hash)| hash))
    }
}

/// The rows in their order, a batch at a time.
#[derive(Default)]
struct Rows {
    batch: VecDeque<(i64, EntryRow)>,
    after: Option<i64>,
}

impl Rows {
    async fn fill(&mut self, tx: &mut ReadTx) -> Result<(), db::Error> {
        if self.batch.is_empty() {
            let rows = store::all_entries(tx, self.after.unwrap_or(-1), BATCH).await?;
            self.after = rows.last().map(|(index, _)| *index).or(self.after);
            self.batch = rows.into();
        }
        Ok(())
    }

    /// The row at `index`; nothing where there is none.
    async fn at(&mut self, tx: &mut ReadTx, index: u64) -> Result<Option<EntryRow>, db::Error> {
        self.fill(tx).await?;
        let here = |row: &mut (i64, EntryRow)| u64::try_from(row.0) == Ok(index);
        Ok(self.batch.pop_front_if(here).map(|(_, row)| row))
    }

    async fn next(&mut self, tx: &mut ReadTx) -> Result<Option<(u64, EntryRow)>, db::Error> {
        self.fill(tx).await?;
        let row = self.batch.pop_front();
        Ok(row.and_then(|(index, row)| Some((u64::try_from(index).ok()?, row))))
    }
}
