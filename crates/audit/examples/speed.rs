//! How fast the log hashes, grows and is verified: `cargo run --release -p audit --example speed`.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Instant;

use audit::checkpoint::{SigningKey, sign};
use audit::leaf::{Actor, EntryRow, HashedRow, hash};
use audit::merkle::Frontier;
use audit::offline::{SavedCheckpoint, Verifier};
use audit::proof::InclusionProof;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

const ENTRIES: u64 = 1_000_000;
const BATCH: usize = 500;

fn entry(number: u64) -> EntryRow {
    EntryRow {
        id: Uuid::from_u128(u128::from(number)),
        organisation: Some(Uuid::from_u128(1)),
        at: OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(number.cast_signed()),
        actor: Actor {
            kind: "session".into(),
            id: Some(Uuid::from_u128(2)),
            person: None,
        },
        action: "approvals.approved".into(),
        subject: Some(format!("apr_{number:026}")),
        details: json!({ "hash": "b5bb9d8014a0f9b1d61e21e796d78dcc", "risk": "low", "needed": 1 }),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tell = |what: &str, count: u64, began: Instant| {
        let took = began.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = count as f64 / took;
        writeln!(
            io::stdout(),
            "{what:<58} {took:>7.3} s {rate:>12.0} a second"
        )
    };

    let began = Instant::now();
    let leaves: Vec<_> = (0..ENTRIES).map(|number| hash(&entry(number))).collect();
    tell(
        "rows made, put in canonical form and hashed",
        ENTRIES,
        began,
    )?;

    let began = Instant::now();
    let mut frontier = Frontier::new();
    for leaf in &leaves {
        frontier.append(*leaf, |_, _| ());
    }
    tell("leaf hashes appended to the tree", ENTRIES, began)?;

    let began = Instant::now();
    let (mut batched, mut nodes, mut heads) = (Frontier::new(), HashMap::new(), Vec::new());
    let key = SigningKey::from_seed("countersign.example/audit".parse()?, &[1; 32].into())?;
    for batch in leaves.chunks(BATCH) {
        nodes.extend(batched.extend(batch.iter().copied()));
        heads.push(sign(&key, batched.size(), batched.root()));
    }
    tell(
        "the same in batches of 500, nodes kept, each head signed",
        ENTRIES,
        began,
    )?;

    let began = Instant::now();
    for index in 0..10_000 {
        InclusionProof::build(index * 97, ENTRIES, &nodes)?
            .verify(leaves[usize::try_from(index * 97)?], frontier.root())?;
    }
    tell("inclusion proofs built and verified", 10_000, began)?;

    let began = Instant::now();
    let saved = heads.iter().rev().take(100).map(|note| SavedCheckpoint {
        label: "log".to_owned(),
        note: note.clone(),
    });
    let mut verifier = Verifier::new(&key.verifier(), &saved.collect::<Vec<_>>());
    for leaf in &leaves {
        verifier.leaf(*leaf);
    }
    for number in 0..ENTRIES {
        verifier.row(HashedRow::of_entry(Some(number), &entry(number)));
    }
    let report = verifier.finish(&nodes);
    tell(
        "rows verified against leaves, nodes and 100 heads",
        ENTRIES,
        began,
    )?;
    Ok(writeln!(io::stdout(), "outcome: {:?}", report.outcome)?)
}
