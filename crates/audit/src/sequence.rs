use std::collections::HashMap;

use db::{Db, Error, Refusal};
use kernel::Scope;

use crate::checkpoint::{SigningKey, sign};
use crate::merkle::{Frontier, FrontierError, Hash, Node};
use crate::{leaf, store};

/// Why entries could not be sequenced. They stay as they are, and the next round tries again.
#[derive(Debug, thiserror::Error)]
pub enum SequenceError {
    /// The stored tree is not what its newest checkpoint says: somebody has changed it.
    #[error(
        "the audit log's stored tree does not fit its newest checkpoint; run `countersign audit verify`"
    )]
    Tree(#[from] FrontierError),
    /// The stored tree's root is not the newest checkpoint's.
    #[error(
        "the audit log's stored tree has another root than its newest checkpoint; run `countersign audit verify`"
    )]
    Root,
    /// The database failed.
    #[error("the audit log could not be sequenced")]
    Database(#[from] db::Error),
}

/// Gives up to `most` entries their places in the tree and signs the new head. Returns how many.
///
/// All sequencers of all brokers take turns by a lock in the database. Only the broker's role may.
pub async fn sequence(db: &Db, key: &SigningKey, most: i32) -> Result<usize, SequenceError> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let entries = store::unsequenced(&mut tx, most).await?;
    if entries.is_empty() {
        return Ok(0);
    }
    let head = store::head(&mut tx).await?;
    let size = head.as_ref().map_or(0, |head| head.size);
    let needed = Frontier::needs(size);
    let stored: HashMap<Node, Hash> = store::nodes(&mut tx, &needed).await?.into_iter().collect();
    let mut frontier = Frontier::load(size, &stored)?;
    // A new head over an altered tree would sign the alteration.
    if head.is_some_and(|head| head.root != *frontier.root().as_bytes()) {
        return Err(SequenceError::Root);
    }
    let completed = frontier.extend(entries.iter().map(leaf::hash));
    let note = sign(key, frontier.size(), frontier.root());
    let batch = store::Batch {
        first_index: size,
        ids: entries.iter().map(|entry| entry.id).collect(),
        completed: &completed,
        root: frontier.root(),
        note: &note,
    };
    match store::sequence(&mut tx, batch).await {
        Err(Error::Refused(Refusal::Sequenced)) => return Ok(0),
        other => other?,
    }
    #[expect(clippy::disallowed_methods, reason = "this is the audit log itself")]
    tx.commit_silently().await?;
    Ok(entries.len())
}
