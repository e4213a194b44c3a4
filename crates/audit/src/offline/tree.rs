use std::ops::Range;

use super::{CheckedCheckpoint, Finding, SavedCheckpoint, Standing};
use crate::checkpoint::{Checkpoint, VerifierKey, verify};
use crate::merkle::{Frontier, FullTree, Hash, Node, NodeStore, bag, cover, node_hash};

/// The checkpoints of a check, each well signed or refused.
pub(super) struct Heads {
    good: Vec<(String, Checkpoint)>,
    refused: Vec<(CheckedCheckpoint, Finding)>,
}

/// What the checkpoints say of the leaves.
pub(super) struct Judged {
    pub(super) checkpoints: Vec<CheckedCheckpoint>,
    pub(super) findings: Vec<Finding>,
    /// Where the leaves are not what was signed, as narrow as can be known.
    pub(super) rewritten: Option<(String, Vec<Range<u64>>)>,
    /// How many leaves the largest checkpoint that holds covers.
    pub(super) covered: u64,
}

impl Heads {
    pub(super) fn new(saved: &[SavedCheckpoint], key: &VerifierKey) -> Self {
        let (mut good, mut refused) = (Vec::new(), Vec::new());
        for SavedCheckpoint { label, note } in saved {
            match verify(note, key) {
                Ok(checkpoint) => good.push((label.clone(), checkpoint)),
                Err(error) => refused.push(refuse(label, error.code(), error.to_string())),
            }
        }
        good.sort_by_key(|(_, checkpoint)| checkpoint.size);
        Self { good, refused }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.good.is_empty() && self.refused.is_empty()
    }

    /// The largest size that is signed: rows below it must be in the log.
    pub(super) fn largest(&self) -> u64 {
        self.good
            .last()
            .map_or(0, |(_, checkpoint)| checkpoint.size)
    }

    pub(super) fn judge(self, leaves: &[Hash], stored: &impl NodeStore) -> Judged {
        let sizes: Vec<_> = self
            .good
            .iter()
            .map(|(_, checkpoint)| checkpoint.size)
            .collect();
        let Grown { roots, damaged } = grow(leaves, &sizes, stored);
        let (mut checkpoints, mut findings): (Vec<_>, Vec<_>) = self.refused.into_iter().unzip();
        let mut covered = 0;
        let mut failed = Vec::new();
        for ((label, checkpoint), root) in self.good.into_iter().zip(roots) {
            let standing = match root {
                None => Standing::LogShorter,
                Some(root) if root == checkpoint.root => Standing::Holds,
                Some(_) => Standing::RootDiffers,
            };
            match standing {
                Standing::Holds => covered = checkpoint.size,
                Standing::RootDiffers => failed.push((label.clone(), checkpoint.clone())),
                Standing::LogShorter | Standing::Refused => findings.push(Finding::Rollback {
                    label: label.clone(),
                    checkpoint_size: checkpoint.size,
                    log_size: leaves.len() as u64,
                }),
            }
            checkpoints.push(CheckedCheckpoint {
                label,
                size: Some(checkpoint.size),
                standing,
            });
        }
        let rewritten = narrow(&failed, covered, leaves, stored);
        if rewritten.is_none() {
            // Where the leaves are wrong, it is the nodes that differ from them that are right.
            let found = |Node { level, index }| Finding::DamagedNode { level, index };
            findings.extend(damaged.into_iter().map(found));
        }
        Judged {
            checkpoints,
            findings,
            rewritten,
            covered,
        }
    }
}

fn refuse(label: &str, code: &'static str, message: String) -> (CheckedCheckpoint, Finding) {
    let label = label.to_owned();
    let checked = CheckedCheckpoint {
        label: label.clone(),
        size: None,
        standing: Standing::Refused,
    };
    (
        checked,
        Finding::BadCheckpoint {
            label,
            code,
            message,
        },
    )
}

struct Grown {
    /// For each asked size; `None` where there are fewer leaves.
    roots: Vec<Option<Hash>>,
    /// Stored nodes that are not what the leaves give.
    damaged: Vec<Node>,
}

/// Grows the tree over all leaves, once.
fn grow(leaves: &[Hash], sizes: &[u64], stored: &impl NodeStore) -> Grown {
    let (mut frontier, mut damaged) = (Frontier::new(), Vec::new());
    let mut roots = vec![None; sizes.len()];
    let mut asked = sizes.iter().zip(&mut roots).peekable();
    let mut rest = leaves.iter();
    loop {
        while let Some((_, root)) = asked.next_if(|(size, _)| **size == frontier.size()) {
            *root = Some(frontier.root());
        }
        let Some(leaf) = rest.next() else { break };
        frontier.append(*leaf, |node, computed| {
            if stored.node(node).is_some_and(|stored| stored != computed) {
                damaged.push(node);
            }
        });
    }
    Grown { roots, damaged }
}

/// Where the leaves differ from what was signed.
///
/// Stored nodes that still hash up to a signed root are what they were when it was signed: from
/// there one can walk down to the difference. Where the attacker rewrote those as well, the change
/// lies after the last checkpoint that holds and before the first that does not.
fn narrow(
    failed: &[(String, Checkpoint)],
    covered: u64,
    leaves: &[Hash],
    stored: &impl NodeStore,
) -> Option<(String, Vec<Range<u64>>)> {
    let (label, first) = failed.first()?;
    let computed = FullTree::build(leaves);
    // The largest first: its walk sees the most.
    let walked = failed.iter().rev().find_map(|(label, checkpoint)| {
        let differing = walk(checkpoint, &computed, stored)?;
        Some((label.clone(), differing))
    });
    // A checkpoint that holds can be larger than one that fails only where the key signed two
    // histories; then nothing below is certain.
    let from = if covered < first.size { covered } else { 0 };
    walked.or_else(|| Some((label.clone(), std::iter::once(from..first.size).collect())))
}

/// The differing parts under `checkpoint`, if the stored nodes are authentic.
fn walk(
    checkpoint: &Checkpoint,
    computed: &FullTree,
    stored: &impl NodeStore,
) -> Option<Vec<Range<u64>>> {
    let peaks = cover(0..checkpoint.size);
    // The last few leaves have no complete node above them: what is computed may stand in.
    let known = |node| stored.node(node).or_else(|| computed.node(node));
    let hashes = peaks
        .iter()
        .map(|node| known(*node))
        .collect::<Option<Vec<_>>>()?;
    if bag(hashes.iter().copied()) != checkpoint.root {
        return None;
    }
    let mut differing = Vec::new();
    for (node, authentic) in peaks.into_iter().zip(hashes) {
        descend(node, authentic, computed, stored, &mut differing);
    }
    Some(differing).filter(|parts| !parts.is_empty())
}

fn descend(
    node: Node,
    authentic: Hash,
    computed: &FullTree,
    stored: &impl NodeStore,
    differing: &mut Vec<Range<u64>>,
) {
    if computed.node(node) == Some(authentic) {
        return;
    }
    let below = node.children().and_then(|children| {
        let [left, right] = children.map(|child| stored.node(child));
        // Children are authentic only if they hash up to a parent that is.
        let hashes = [left?, right?];
        (node_hash(hashes[0], hashes[1]) == authentic).then_some((children, hashes))
    });
    match below {
        Some((children, hashes)) => {
            for (child, hash) in children.into_iter().zip(hashes) {
                descend(child, hash, computed, stored, differing);
            }
        }
        None => differing.push(node.leaves()),
    }
}
