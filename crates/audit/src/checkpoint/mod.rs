//! Checkpoints: the head of the log, signed (C2SP tlog-checkpoint in a C2SP signed-note).
//!
//! A checkpoint is three lines, origin, size and root, then an empty line and signature lines. The
//! origin is the name of the log's key. Tools that know these formats can verify ours.

mod key;
mod note;

pub use key::{KeyError, KeyName, SigningKey, VerifierKey};
pub use note::NoteError;

use crate::merkle::{Hash, MAX_SIZE};
use note::Note;

/// The head of a log: it had this many entries, and this root over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root of the Merkle tree over them.
    pub root: Hash,
}

/// Why a note is no checkpoint to rely on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is no signed note, or its signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// It is well signed, and no checkpoint.
    #[error("the signed text is no checkpoint: {0}")]
    Malformed(&'static str),
    /// It is the checkpoint of another log under the same key.
    #[error("this is the checkpoint of the log {found}, not of {expected}")]
    Origin {
        /// The origin that was looked for.
        expected: String,
        /// The origin in the checkpoint.
        found: String,
    },
}

impl CheckpointError {
    /// A stable code, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Note(error) => error.code(),
            Self::Malformed(_) => "audit.checkpoint_malformed",
            Self::Origin { .. } => "audit.checkpoint_origin",
        }
    }
}

/// Signs the head of the log that `key` is named after, and returns the note.
pub fn sign(key: &SigningKey, size: u64, root: Hash) -> String {
    let text = format!("{}\n{size}\n{root}\n", key.name());
    format!("{text}\n{}", note::signature_line(key, &text))
}

/// Reads a note and checks that `key` signed it and that it is of the log that `key` is named after.
/// Signatures by other keys (witnesses) are passed over.
pub fn verify(note: &str, key: &VerifierKey) -> Result<Checkpoint, CheckpointError> {
    let note = Note::parse(note)?;
    note.verify(key)?;
    let checkpoint = parse_text(note.text()).map_err(CheckpointError::Malformed)?;
    if checkpoint.origin != key.name().as_str() {
        let expected = key.name().as_str().to_owned();
        return Err(CheckpointError::Origin {
            expected,
            found: checkpoint.origin,
        });
    }
    Ok(checkpoint)
}

/// Reads the head that a note claims, **without checking its signature**: only for naming what a
/// note is about in messages.
pub fn peek(note: &str) -> Result<Checkpoint, CheckpointError> {
    parse_text(Note::parse(note)?.text()).map_err(CheckpointError::Malformed)
}

fn parse_text(text: &str) -> Result<Checkpoint, &'static str> {
    let mut lines = text.lines();
    let origin = lines
        .next()
        .filter(|line| !line.is_empty())
        .ok_or("no origin")?;
    let size = lines.next().ok_or("no size")?;
    let root = lines.next().ok_or("no root")?;
    // Extension lines may follow; tlog-checkpoint has them ignored by who does not know them.
    if lines.any(str::is_empty) {
        return Err("an empty extension line");
    }
    Ok(Checkpoint {
        origin: origin.to_owned(),
        size: parse_size(size).ok_or("the size is no decimal number without leading zeros")?,
        root: root
            .parse()
            .map_err(|_| "the root is no SHA-256 hash in base64")?,
    })
}

fn parse_size(text: &str) -> Option<u64> {
    // `parse` alone would take "+1" and "01": then one checkpoint had several texts.
    let canonical =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse()
        .ok()
        .filter(|size| canonical && *size <= MAX_SIZE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merkle::leaf_hash;

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::from_seed(name.parse().unwrap(), &[seed; 32].into()).unwrap()
    }

    fn signed(text: &str) -> String {
        format!(
            "{text}\n{}",
            note::signature_line(&key("log.example/audit", 1), text)
        )
    }

    fn refused(text: &str) -> CheckpointError {
        verify(&signed(text), &key("log.example/audit", 1).verifier()).unwrap_err()
    }

    #[test]
    fn a_signed_head_reads_back_under_its_key_alone() {
        let signing = key("log.example/audit", 1);
        let note = sign(&signing, 42, leaf_hash(b"root"));
        let read = verify(&note, &signing.verifier()).unwrap();
        assert_eq!((read.size, read.root), (42, leaf_hash(b"root")));

        let other = key("log.example/audit", 2).verifier();
        assert_eq!(
            verify(&note, &other).unwrap_err().code(),
            "audit.note_unsigned"
        );
        let renamed = key("other.example/audit", 1).verifier();
        assert_eq!(
            verify(&note, &renamed).unwrap_err().code(),
            "audit.note_unsigned"
        );
    }

    #[test]
    fn a_head_with_another_size_or_root_has_a_wrong_signature() {
        let signing = key("log.example/audit", 1);
        let note = sign(&signing, 42, leaf_hash(b"root"));
        for forged in [
            note.replacen("\n42\n", "\n43\n", 1),
            note.replacen(
                &leaf_hash(b"root").to_string(),
                &leaf_hash(b"toor").to_string(),
                1,
            ),
        ] {
            assert_ne!(forged, note);
            let refused = verify(&forged, &signing.verifier()).unwrap_err();
            assert_eq!(refused.code(), "audit.note_signature");
        }
    }

    #[test]
    fn texts_that_are_no_checkpoint_are_refused_however_well_signed() {
        let root = leaf_hash(b"root");
        for text in [
            "log.example/audit\n42\n".to_owned(),
            format!("log.example/audit\n042\n{root}\n"),
            format!("log.example/audit\n+42\n{root}\n"),
            format!("log.example/audit\n-1\n{root}\n"),
            format!("log.example/audit\n9223372036854775808\n{root}\n"),
            "log.example/audit\n42\nAAAA\n".to_owned(),
            format!("\n42\n{root}\n"),
        ] {
            assert_eq!(
                refused(&text).code(),
                "audit.checkpoint_malformed",
                "{text:?}"
            );
        }
        let foreign = refused(&format!("other.example/audit\n42\n{root}\n"));
        assert_eq!(foreign.code(), "audit.checkpoint_origin");
    }

    #[test]
    fn extension_lines_are_passed_over() {
        let text = format!(
            "log.example/audit\n42\n{}\nan extension\n",
            leaf_hash(b"root")
        );
        assert!(verify(&signed(&text), &key("log.example/audit", 1).verifier()).is_ok());
    }

    proptest! {
        #[test]
        fn one_changed_byte_is_never_accepted_as_another_head(at: prop::sample::Index, with in 0x20_u8..0x7f) {
            let signing = key("log.example/audit", 1);
            let note = sign(&signing, 1_234_567, leaf_hash(b"root"));
            let mut bytes = note.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = with;
            let Ok(changed) = String::from_utf8(bytes) else { return Ok(()) };
            prop_assume!(changed != note);
            prop_assert!(verify(&changed, &signing.verifier()).is_err());
        }

        #[test]
        fn no_text_panics_the_reader(text in "\\PC{0,80}(\n\\PC{0,20}){0,6}\n\n(— [a-z]{1,5} [A-Za-z0-9+/=]{0,12}\n){0,3}") {
            let _ = peek(&text);
        }
    }
}
