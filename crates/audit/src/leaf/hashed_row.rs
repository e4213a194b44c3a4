use kernel::AuditEntryId;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::canonical::from_micros;
use super::{EntryRow, VERSION, hash};
use crate::merkle::{Hash, leaf_hash};

/// A row as a verifier needs it: where the log has it, what it is called, and its leaf hash, which
/// is always computed here from the row itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashedRow {
    index: Option<u64>,
    id: AuditEntryId,
    at: OffsetDateTime,
    leaf: Hash,
}

/// Why a text is no canonical entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashedRowError {
    /// Not JSON, or not the one text that RFC 8785 gives it.
    #[error("the entry is not canonical JSON (RFC 8785)")]
    NotCanonical,
    /// JSON without what every entry has.
    #[error("the entry has no usable {0}")]
    Field(&'static str),
}

impl HashedRow {
    /// A row of the database. `index` is its place in the log, if it has one yet.
    pub fn of_entry(index: Option<u64>, row: &EntryRow) -> Self {
        Self {
            index,
            id: row.id.into(),
            at: row.at,
            leaf: hash(row),
        }
    }

    /// A row as canonical text.
    ///
    /// The text must be canonical already. So there is one text for a row, and no duplicate key
    /// shows one value to the hash and another to a reader.
    pub fn of_text(index: Option<u64>, text: &[u8]) -> Result<Self, HashedRowError> {
        let value = crypto::canonical::parse(text).map_err(|_| HashedRowError::NotCanonical)?;
        let canonical = crypto::canonical::to_vec(&value);
        if canonical.map_err(|_| HashedRowError::NotCanonical)? != text {
            return Err(HashedRowError::NotCanonical);
        }
        if value.get("v").and_then(Value::as_u64) != Some(VERSION) {
            return Err(HashedRowError::Field("v"));
        }
        let field = |name| value.get(name).and_then(Value::as_str);
        let id: Uuid = field("id")
            .and_then(|id| id.parse().ok())
            .ok_or(HashedRowError::Field("id"))?;
        let at = field("at")
            .and_then(|micros| micros.parse().ok())
            .and_then(from_micros)
            .ok_or(HashedRowError::Field("at"))?;
        Ok(Self {
            index,
            id: id.into(),
            at,
            leaf: leaf_hash(text),
        })
    }

    /// Its place in the log, from 0; `None` while it has none.
    pub const fn index(&self) -> Option<u64> {
        self.index
    }

    /// The entry's identifier.
    pub const fn id(&self) -> AuditEntryId {
        self.id
    }

    /// The entry's moment.
    pub const fn at(&self) -> OffsetDateTime {
        self.at
    }

    /// The leaf hash of the row as it is now.
    pub const fn leaf(&self) -> Hash {
        self.leaf
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::leaf::{Actor, canonical};

    fn row() -> EntryRow {
        EntryRow {
            id: Uuid::from_u128(7),
            organisation: None,
            at: OffsetDateTime::UNIX_EPOCH + time::Duration::microseconds(1_234_567),
            actor: Actor {
                kind: "system".into(),
                id: None,
                person: None,
            },
            action: "trust.checked".into(),
            subject: None,
            details: json!({"passed": true}),
        }
    }

    #[test]
    fn a_row_and_its_canonical_text_are_the_same_to_a_verifier() {
        let text = canonical(&row());
        let of_text = HashedRow::of_text(Some(3), &text);
        assert_eq!(of_text, Ok(HashedRow::of_entry(Some(3), &row())));
    }

    #[test]
    fn a_text_with_a_second_meaning_is_refused() {
        let text = String::from_utf8(canonical(&row())).unwrap();
        for twin in [
            text.replacen(r#""action":"#, r#""action":"trust.failed","action":"#, 1),
            text.replacen(':', ": ", 1),
            text.replacen("trust", "\\u0074rust", 1),
            format!("{text} "),
        ] {
            let refused = HashedRow::of_text(None, twin.as_bytes());
            assert_eq!(refused, Err(HashedRowError::NotCanonical), "{twin}");
        }
    }

    #[test]
    fn a_text_without_what_an_entry_has_is_refused() {
        let text = String::from_utf8(canonical(&row())).unwrap();
        for (from, to, field) in [
            (r#""v":1"#, r#""v":2"#, "v"),
            ("00000000-0000-0000-0000-000000000007", "seven", "id"),
            ("1234567", "12:34", "at"),
            ("1234567", "999999999999999999999", "at"),
        ] {
            let refused = HashedRow::of_text(None, text.replacen(from, to, 1).as_bytes());
            assert_eq!(refused, Err(HashedRowError::Field(field)));
        }
    }
}
