use std::collections::BTreeMap;

/// One line of the audit log, before the database adds who, where and when.
///
/// It tells that something happened, never the content of people's work (AU-01): details are
/// identifiers, counts, states and digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// `room.event`, in the past tense: `approvals.approved`.
    pub action: &'static str,
    /// The text form of the identifier that it is about.
    pub subject: Option<String>,
    /// Identifiers, counts, states and digests.
    pub details: BTreeMap<&'static str, Detail>,
}

/// A value in an [`AuditEntry`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Detail {
    /// An identifier, a state or a digest.
    Text(String),
    /// A count, or a size whose key names its unit.
    Number(i64),
    /// Yes or no.
    Flag(bool),
}

impl AuditEntry {
    /// An entry about nothing in particular.
    pub const fn new(action: &'static str) -> Self {
        Self {
            action,
            subject: None,
            details: BTreeMap::new(),
        }
    }

    /// An entry about `subject`.
    pub fn about(action: &'static str, subject: impl ToString) -> Self {
        Self {
            action,
            subject: Some(subject.to_string()),
            details: BTreeMap::new(),
        }
    }

    /// The same entry with one more detail.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Detail>) -> Self {
        self.details.insert(key, value.into());
        self
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Detail {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Detail {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}
