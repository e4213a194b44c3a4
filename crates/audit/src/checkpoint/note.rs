use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{SigningKey, VerifierKey};

/// A longer note is refused unread: a checkpoint has about 200 bytes, and 100 a witness.
const MAX_NOTE_BYTES: usize = 64 * 1024;
const MAX_SIGNATURES: usize = 100;
/// An em dash and a space open a signature line.
const SIGNATURE_PREFIX: &str = "— ";

/// Why a note cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a signed note.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// It has no signature by the expected key.
    #[error("the note has no signature by the key {0}")]
    Unsigned(String),
    /// It claims a signature by the expected key, and that is wrong.
    #[error("the signature by the key {0} does not fit the text")]
    WrongSignature(String),
}

impl NoteError {
    /// A stable code, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "audit.note_malformed",
            Self::Unsigned(_) => "audit.note_unsigned",
            Self::WrongSignature(_) => "audit.note_signature",
        }
    }
}

/// A signed note, read and not yet verified (C2SP signed-note).
pub(super) struct Note<'a> {
    text: &'a str,
    signatures: Vec<Signature<'a>>,
}

struct Signature<'a> {
    name: &'a str,
    key_id: [u8; 4],
    bytes: Vec<u8>,
}

/// The signature line of `key` over `text`, which ends in a newline.
pub(super) fn signature_line(key: &SigningKey, text: &str) -> String {
    let signature = [key.id().as_slice(), &key.sign(text.as_bytes())].concat();
    format!(
        "{SIGNATURE_PREFIX}{} {}\n",
        key.name(),
        STANDARD.encode(signature)
    )
}

impl<'a> Note<'a> {
    pub(super) fn parse(note: &'a str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteError::Malformed("it is longer than 64 KiB"));
        }
        if note.chars().any(|letter| letter < ' ' && letter != '\n') {
            return Err(NoteError::Malformed("it has control characters"));
        }
        // The last empty line separates: a text may have empty lines of its own.
        let (text, lines) = note
            .rfind("\n\n")
            .and_then(|at| note.split_at_checked(at + 1))
            .ok_or(NoteError::Malformed("no empty line before the signatures"))?;
        let lines = lines
            .strip_prefix('\n')
            .and_then(|lines| lines.strip_suffix('\n'))
            .ok_or(NoteError::Malformed("the last line does not end"))?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::Malformed("more than 100 signatures"));
        }
        let signatures = lines
            .split('\n')
            .map(Signature::parse)
            .collect::<Option<_>>();
        Ok(Self {
            text,
            signatures: signatures.ok_or(NoteError::Malformed("a signature line"))?,
        })
    }

    /// The signed text, with its final newline.
    pub(super) const fn text(&self) -> &'a str {
        self.text
    }

    /// Checks that `key` signed the text.
    pub(super) fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let name = key.name().as_str();
        let mut by_key = self
            .signatures
            .iter()
            .filter(|signature| signature.name == name && signature.key_id == key.id())
            .peekable();
        if by_key.peek().is_none() {
            return Err(NoteError::Unsigned(name.to_owned()));
        }
        // All of them: a wrong one beside a right one is a sign of tampering, not of a typo.
        if by_key.all(|signature| key.accepts(self.text.as_bytes(), &signature.bytes)) {
            Ok(())
        } else {
            Err(NoteError::WrongSignature(name.to_owned()))
        }
    }
}

impl<'a> Signature<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(SIGNATURE_PREFIX)?.split_once(' ')?;
        let decoded = STANDARD.decode(encoded).ok()?;
        let (key_id, bytes) = decoded.split_first_chunk::<4>()?;
        let named = !name.is_empty() && !name.contains('+') && !name.contains(char::is_whitespace);
        (named && !bytes.is_empty()).then(|| Self {
            name,
            key_id: *key_id,
            bytes: bytes.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of Go's golang.org/x/mod/sumdb/note.
    const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const GO_SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\
        \n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    // Two heads of the checksum database of the Go project, years apart; the second with a witness.
    const SUMDB_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    const SUMDB_NOTES: [&str; 2] = [
        "go.sum database tree\n63096908\n8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=\n\n\
         — sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=\n",
        "go.sum database tree\n15081221\nBoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=\n\n\
         — sum.golang.org Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jGY1WnUADGMkok3U0m2Zgo=\n\
         — test.example.com qTGhC3917mAr6hGh+T55tNjxaej/D/GQivJZRIj7XGdAcQOTqfMWIPgp/v/904LEduN/h2sSRtHUJXUL4b9Gm7Bz4Qc=\n",
    ];

    fn go_seed() -> [u8; 32] {
        STANDARD.decode(GO_SEED).unwrap()[1..].try_into().unwrap()
    }

    #[test]
    fn the_published_example_is_signed_to_the_byte() {
        let key =
            SigningKey::from_seed("PeterNeumann".parse().unwrap(), &go_seed().into()).unwrap();
        assert_eq!(key.verifier().to_string(), GO_KEY);
        let (text, _) = GO_NOTE.split_once("\n\n").unwrap();
        let text = format!("{text}\n");
        assert_eq!(format!("{text}\n{}", signature_line(&key, &text)), GO_NOTE);
    }

    #[test]
    fn published_notes_verify() {
        assert_eq!(
            Note::parse(GO_NOTE)
                .unwrap()
                .verify(&GO_KEY.parse().unwrap()),
            Ok(())
        );
        for note in SUMDB_NOTES {
            assert_eq!(
                Note::parse(note)
                    .unwrap()
                    .verify(&SUMDB_KEY.parse().unwrap()),
                Ok(())
            );
        }
    }

    #[test]
    fn a_note_of_another_text_does_not_verify() {
        let changed = GO_NOTE.replace("answer", "Answer");
        let refused = Note::parse(&changed)
            .unwrap()
            .verify(&GO_KEY.parse().unwrap());
        assert_eq!(
            refused,
            Err(NoteError::WrongSignature("PeterNeumann".into()))
        );
        let unsigned = Note::parse(GO_NOTE)
            .unwrap()
            .verify(&SUMDB_KEY.parse().unwrap());
        assert_eq!(unsigned, Err(NoteError::Unsigned("sum.golang.org".into())));
    }

    #[test]
    fn a_wrong_signature_beside_a_right_one_is_refused() {
        let (_, line) = GO_NOTE.rsplit_once("\n\n").unwrap();
        let forged = line.replace("x08go/ZJ", "x08go/ZK");
        assert_ne!(forged, line);
        let note = format!("{GO_NOTE}{forged}");
        let refused = Note::parse(&note).unwrap().verify(&GO_KEY.parse().unwrap());
        assert_eq!(
            refused,
            Err(NoteError::WrongSignature("PeterNeumann".into()))
        );
    }

    #[test]
    fn malformed_notes_are_refused() {
        let (text, line) = GO_NOTE.rsplit_once("\n\n").unwrap();
        let many = format!("{text}\n\n{}", line.repeat(101));
        let long = format!("{}\n\n{line}", "x".repeat(MAX_NOTE_BYTES));
        for note in [
            "",
            "\n",
            text,
            line,
            &GO_NOTE.replace("\n\n", "\n"),
            &GO_NOTE.replace("— ", "- "),
            &GO_NOTE.replace("— ", "—"),
            &GO_NOTE.replace("PeterNeumann ", "Peter+Neumann "),
            &GO_NOTE.replace("x08go", "!08go"),
            &GO_NOTE.replace("If you", "If\tyou"),
            GO_NOTE.trim_end(),
            &format!("{GO_NOTE}\n"),
            &format!("{text}\n\n— PeterNeumann x08gow==\n"),
            &many,
            &long,
        ] {
            assert!(
                matches!(Note::parse(note), Err(NoteError::Malformed(_))),
                "{note:?}"
            );
        }
    }
}
