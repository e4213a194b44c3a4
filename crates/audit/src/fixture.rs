//! A log as the database would hold it, for attacks on it.

use std::collections::HashMap;

use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::checkpoint::{SigningKey, sign};
use crate::leaf::{Actor, EntryRow, HashedRow, hash};
use crate::merkle::{Frontier, Hash, Node};
use crate::offline::{Report, SavedCheckpoint, verify};

pub(crate) const ORIGIN: &str = "countersign.example/audit";

pub(crate) struct Log {
    pub(crate) rows: Vec<(Option<u64>, EntryRow)>,
    pub(crate) leaves: Vec<Hash>,
    pub(crate) nodes: HashMap<Node, Hash>,
    pub(crate) checkpoints: Vec<SavedCheckpoint>,
}

pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN.parse().unwrap(), &[1; 32].into()).unwrap()
}

/// The entry with the number `n`: one a second.
pub(crate) fn entry(n: u32) -> EntryRow {
    let at = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::seconds(n.into());
    EntryRow {
        id: Uuid::from_u128(u128::from(n) + 1),
        organisation: (!n.is_multiple_of(5)).then(|| Uuid::from_u128(100 + u128::from(n % 3))),
        at,
        actor: Actor {
            kind: if n.is_multiple_of(2) {
                "session"
            } else {
                "system"
            }
            .to_owned(),
            id: (n.is_multiple_of(2)).then(|| Uuid::from_u128(200)),
            person: None,
        },
        action: "approvals.approved".to_owned(),
        subject: (!n.is_multiple_of(4)).then(|| format!("apr_{n}")),
        details: json!({ "count": n, "state": "approved" }),
    }
}

impl Log {
    /// A log of `size` entries with checkpoints at the sizes in `heads`, each labelled by its size.
    pub(crate) fn new(size: u32, heads: &[u64]) -> Self {
        let rows: Vec<_> = (0..size).map(|n| (Some(u64::from(n)), entry(n))).collect();
        let mut log = Self {
            rows,
            leaves: vec![],
            nodes: HashMap::new(),
            checkpoints: vec![],
        };
        log.rehash();
        log.checkpoints = heads.iter().map(|size| log.head(*size)).collect();
        log
    }

    /// Makes leaves and nodes fit the rows, as who owns the database could.
    pub(crate) fn rehash(&mut self) {
        self.leaves = self.rows.iter().map(|(_, row)| hash(row)).collect();
        self.nodes = Frontier::new()
            .extend(self.leaves.iter().copied())
            .into_iter()
            .collect();
    }

    /// The head at `size`, signed by the log's key.
    pub(crate) fn head(&self, size: u64) -> SavedCheckpoint {
        let mut frontier = Frontier::new();
        frontier.extend(
            self.leaves[..usize::try_from(size).unwrap()]
                .iter()
                .copied(),
        );
        let note = sign(&key(), size, frontier.root());
        SavedCheckpoint {
            label: size.to_string(),
            note,
        }
    }

    pub(crate) fn verify(&self) -> Report {
        let rows = self
            .rows
            .iter()
            .map(|(index, row)| HashedRow::of_entry(*index, row));
        verify(
            rows,
            &self.leaves,
            &self.nodes,
            &self.checkpoints,
            &key().verifier(),
        )
    }
}
