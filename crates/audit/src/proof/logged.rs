use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use db::{Error, ReadTx};
use kernel::AuditEntryId;

use super::{InclusionProof, ProofError, VerifyError};
use crate::checkpoint::{self, CheckpointError, VerifierKey};
use crate::leaf::EntryRow;
use crate::merkle::{Hash, leaf_hash};
use crate::{leaf, store};

/// The first line (C2SP tlog-proof).
const FORMAT: &str = "c2sp.org/tlog-proof@v1";
/// A longer text is refused unread: an entry has at most 5,000 bytes, and a tree no more than 62 levels.
const LONGEST: usize = 128 * 1024;

/// Why there is no proof of an entry.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// No such entry, or of another organisation.
    #[error("there is no such entry")]
    NotFound,
    /// No signed head has it yet.
    #[error("the entry is not in the signed tree yet: ask again in a moment")]
    NotYet,
    /// The stored tree is not whole.
    #[error("the tree is not whole: {0}")]
    Tree(#[from] ProofError),
    /// The database failed.
    #[error("the entry could not be proven")]
    Database(#[from] Error),
}

/// An entry that a signed head of the log has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEntry {
    /// Its canonical text ([`crate::leaf`]): a JSON object.
    pub text: String,
    /// Its place in the log.
    pub index: u64,
    /// The log.
    pub origin: String,
    /// How many entries the log had by then.
    pub size: u64,
}

/// Why a text proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoggedEntryError {
    /// Not a proof, or not of ours.
    #[error("not the proof of an entry: {0}")]
    Malformed(&'static str),
    /// The head is not one that the key signed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not in the tree of that head.
    #[error("the signed tree does not have this entry: {0}")]
    NotIn(#[from] VerifyError),
}

impl LoggedEntryError {
    /// A stable code, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "audit.proof_malformed",
            Self::Checkpoint(error) => error.code(),
            Self::NotIn(_) => "audit.proof_mismatch",
        }
    }
}

/// The proof that the newest signed head has an entry of the bound organisation, with the entry itself: a C2SP
/// tlog-proof, whose extra data is the entry's canonical text.
pub async fn prove(tx: &mut ReadTx, id: AuditEntryId) -> Result<String, ProveError> {
    let found = store::entry(tx, id).await?;
    proof_of(tx, found).await
}

/// The same of the newest entry about a subject that tells of an action, of whichever organisation. For the verifier's
/// login.
pub async fn prove_newest(
    tx: &mut ReadTx,
    (subject, action): (&str, &str),
) -> Result<String, ProveError> {
    let found = store::newest_about(tx, (subject, action)).await?;
    proof_of(tx, found).await
}

async fn proof_of(
    tx: &mut ReadTx,
    found: Option<(Option<i64>, EntryRow)>,
) -> Result<String, ProveError> {
    let (index, row) = found.ok_or(ProveError::NotFound)?;
    let head = store::latest_head(tx).await?;
    let index = index.and_then(|index| u64::try_from(index).ok());
    let (Some(head), Some(index)) = (head, index) else {
        return Err(ProveError::NotYet);
    };
    if index >= head.size {
        return Err(ProveError::NotYet);
    }
    let needed = InclusionProof::needs(index, head.size)?;
    let stored: HashMap<_, _> = store::nodes(tx, &needed).await?.into_iter().collect();
    let proof = InclusionProof::build(index, head.size, &stored)?;
    Ok(write(&leaf::canonical(&row), &proof, &head.note))
}

fn write(entry: &[u8], proof: &InclusionProof, note: &str) -> String {
    let mut lines = vec![
        FORMAT.to_owned(),
        format!("extra {}", BASE64_STANDARD.encode(entry)),
        format!("index {}", proof.index),
    ];
    lines.extend(proof.path.iter().map(Hash::to_string));
    format!("{}\n\n{note}", lines.join("\n"))
}

/// Reads a proof and checks it: that `key` signed the head, and that the tree has the entry. It takes no server.
pub fn check(text: &str, key: &VerifierKey) -> Result<LoggedEntry, LoggedEntryError> {
    let malformed = LoggedEntryError::Malformed;
    if text.len() > LONGEST {
        return Err(malformed("it is longer than 128 KiB"));
    }
    let (proof, note) = text
        .split_once("\n\n")
        .ok_or(malformed("no empty line before the checkpoint"))?;
    let mut lines = proof.split('\n');
    if lines.next() != Some(FORMAT) {
        return Err(malformed("the first line is another format's"));
    }
    let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let entry = field("extra").ok_or(malformed("no entry in it"))?;
    let index = field("index").ok_or(malformed("no index"))?;
    let entry = BASE64_STANDARD.decode(entry);
    let entry = entry.map_err(|_| malformed("the entry is not base64"))?;
    let place = index.parse::<u64>().ok();
    let place = place
        .filter(|place| place.to_string() == index)
        .ok_or(malformed("the index is no number"))?;
    let path: Option<Vec<Hash>> = lines.map(|line| line.parse().ok()).collect();
    let head = checkpoint::verify(note, key)?;
    let proof = InclusionProof {
        index: place,
        size: head.size,
        path: path.ok_or(malformed("a hash is not SHA-256 in base64"))?,
    };
    proof.verify(leaf_hash(&entry), head.root)?;
    Ok(LoggedEntry {
        text: String::from_utf8(entry).map_err(|_| malformed("the entry is no text"))?,
        index: place,
        origin: head.origin,
        size: head.size,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checkpoint::{SigningKey, sign};
    use crate::merkle::FullTree;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed("log.example/audit".parse().unwrap(), &[seed; 32].into()).unwrap()
    }

    /// The proof of entry `index` of a log of `size`.
    fn proof(index: u64, size: u64) -> String {
        let leaves: Vec<Hash> = (0..size)
            .map(|number| leaf_hash(number.to_string().as_bytes()))
            .collect();
        let tree = FullTree::build(&leaves);
        let proof = InclusionProof::build(index, size, &tree).unwrap();
        let note = sign(&key(1), size, tree.root());
        write(index.to_string().as_bytes(), &proof, &note)
    }

    #[test]
    fn each_entry_of_a_log_is_proven_by_its_text_alone() {
        let verifier = key(1).verifier();
        for size in [1, 2, 3, 7, 8, 13] {
            for index in 0..size {
                let logged = check(&proof(index, size), &verifier).unwrap();
                assert_eq!(logged.text, index.to_string());
                assert_eq!((logged.index, logged.size), (index, size));
                assert_eq!(logged.origin, "log.example/audit");
            }
        }
    }

    #[test]
    fn what_was_changed_proves_nothing() {
        let (verifier, whole) = (key(1).verifier(), proof(5, 13));
        let code = |text: &str| check(text, &verifier).unwrap_err().code();
        let entry = format!("extra {}", BASE64_STANDARD.encode("5"));
        let other = format!("extra {}", BASE64_STANDARD.encode("6"));
        assert_eq!(code(&whole.replace(&entry, &other)), "audit.proof_mismatch");
        assert_eq!(
            code(&whole.replace("index 5", "index 6")),
            "audit.proof_mismatch"
        );
        assert_eq!(
            code(&whole.replace("index 5", "index 13")),
            "audit.proof_mismatch"
        );
        assert_eq!(
            code(&whole.replace("\n13\n", "\n14\n")),
            "audit.note_signature"
        );
        let shorter: Vec<&str> = whole.split('\n').collect();
        let shorter = [&shorter[..3], &shorter[4..]].concat().join("\n");
        assert_eq!(code(&shorter), "audit.proof_mismatch");
        let stranger = check(&whole, &key(2).verifier()).unwrap_err();
        assert_eq!(stranger.code(), "audit.note_unsigned");
    }

    #[test]
    fn what_is_no_proof_is_refused() {
        let (verifier, whole) = (key(1).verifier(), proof(5, 13));
        for text in [
            String::new(),
            "\n\n".to_owned(),
            whole.replace("@v1", "@v2"),
            whole.replace("extra ", "extra  "),
            whole.replace("extra ", "more "),
            whole.replace("index 5", "index 05"),
            whole.replace("index 5", "index +5"),
            whole.replace("index 5\n", ""),
            whole.replace("index 5\n", "index 5\nAAAA\n"),
            whole.replace('\n', "\r\n"),
            format!("{FORMAT}\n{}", "x".repeat(LONGEST)),
        ] {
            let refused = check(&text, &verifier).unwrap_err();
            assert_eq!(refused.code(), "audit.proof_malformed", "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_the_reader(text in "\\PC{0,200}", at in 0_usize..600, with in "\\PC{0,3}") {
            let verifier = key(1).verifier();
            let _ = check(&text, &verifier);
            let mut whole = proof(5, 13);
            if whole.is_char_boundary(at.min(whole.len())) {
                whole.insert_str(at.min(whole.len()), &with);
            }
            let _ = check(&whole, &verifier);
        }
    }
}
