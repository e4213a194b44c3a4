use std::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// A way round policies that takes another step, or a cost.
    Warning,
    /// Rows can be seen or changed past their policies.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Object {
    /// `table`, `view`, `policy`, `role`, …
    pub kind: &'static str,
    /// As SQL names it, with escapes where it could be taken for another.
    pub name: String,
    /// The schema's plain name; nothing for what is in none.
    #[serde(skip)]
    pub(crate) schema: Option<String>,
}

impl Object {
    /// An object in a schema. Both names are as `quote_ident` gives them.
    pub(crate) fn of(kind: &'static str, name: &str, schema: &str) -> Self {
        Self {
            kind,
            name: crate::name::shown(name),
            schema: Some(crate::name::raw(schema)),
        }
    }

    /// One that is in no schema.
    pub(crate) fn global(kind: &'static str, name: &str) -> Self {
        Self {
            kind,
            name: crate::name::shown(name),
            schema: None,
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The rule's stable name.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub object: Object,
    /// The roles that gain by it, where it is about some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// One sentence.
    pub finding: String,
    /// Why it matters.
    pub why: &'static str,
    /// SQL, or a step, that mends it.
    pub mend: String,
}
