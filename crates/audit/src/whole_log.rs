use db::Db;
use kernel::Scope;

use crate::checkpoint::VerifierKey;
use crate::leaf::HashedRow;
use crate::merkle::{Hash, Node};
use crate::offline::{Report, SavedCheckpoint, Verifier};
use crate::store;

/// How many of the log's own heads are checked: each narrows a rewritten part down further.
const OWN_CHECKPOINTS: i64 = 100;
/// Rows fetched at once.
const BATCH: i32 = 5000;

/// Checks the whole log as it stands in the database, as the verifier's role: every row, every
/// stored node, the log's own newest heads, and the `saved` checkpoints.
pub async fn verify_database(
    db: &Db,
    key: &VerifierKey,
    saved: Vec<SavedCheckpoint>,
) -> Result<Report, db::Error> {
    let mut tx = db.read_snapshot(&Scope::Anonymous).await?;
    let mut checkpoints = saved;
    for note in store::latest_notes(&mut tx, OWN_CHECKPOINTS).await? {
        checkpoints.push(SavedCheckpoint {
            label: "log".to_owned(),
            note,
        });
    }
    let mut verifier = Verifier::new(key, &checkpoints);
    let mut interior = std::collections::HashMap::new();
    for level in 0..63 {
        let nodes = all_nodes(&mut tx, level).await?;
        if nodes.is_empty() {
            break;
        }
        for (node, hash) in nodes {
            if level == 0 {
                verifier.leaf(hash);
            } else {
                interior.insert(node, hash);
            }
        }
    }
    let mut after = -1;
    loop {
        let rows = store::all_entries(&mut tx, after, BATCH).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        for (index, row) in &rows {
            verifier.row(HashedRow::of_entry(u64::try_from(*index).ok(), row));
        }
    }
    for row in store::not_sequenced(&mut tx).await? {
        verifier.row(HashedRow::of_entry(None, &row));
    }
    Ok(verifier.finish(&interior))
}

async fn all_nodes(tx: &mut db::ReadTx, level: i32) -> Result<Vec<(Node, Hash)>, db::Error> {
    let mut nodes = Vec::new();
    let mut after = -1;
    loop {
        let batch = store::all_nodes(tx, level, after, BATCH).await?;
        let Some((node, _)) = batch.last() else {
            return Ok(nodes);
        };
        after = i64::try_from(node.index).unwrap_or(i64::MAX);
        nodes.extend(batch);
    }
}
