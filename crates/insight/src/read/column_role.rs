/// What a column of a CSV file is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRole {
    /// Which case an event belongs to.
    Case,
    /// What happened.
    Activity,
    /// When.
    Timestamp,
    /// Who or what did it.
    Resource,
}

impl std::fmt::Display for ColumnRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Case => "case",
            Self::Activity => "activity",
            Self::Timestamp => "timestamp",
            Self::Resource => "resource",
        })
    }
}
