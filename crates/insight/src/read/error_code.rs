use super::{ColumnRole, ReadError};

impl ReadError {
    /// The stable name of this case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "insight.io",
            Self::Cancelled { .. } => "insight.cancelled",
            Self::Empty => "insight.empty",
            Self::NoEvents { .. } => "insight.no_events",
            Self::Packed { .. } => "insight.packed",
            Self::NotXml { .. } => "insight.not_xml",
            Self::NotXes { .. } => "insight.not_xes",
            Self::GzipDamaged { .. } => "insight.gzip_damaged",
            Self::Truncated { .. } => "insight.truncated",
            Self::Encoding { .. } => "insight.encoding",
            Self::ControlCharacter { .. } => "insight.control_character",
            Self::Malformed { .. } => "insight.malformed",
            Self::Doctype { .. } => "insight.doctype_refused",
            Self::UnknownEntity { .. } => "insight.unknown_entity",
            Self::TooMuch { .. } => "insight.too_much",
            Self::NoCase { .. } => "insight.no_case",
            Self::NoActivity { .. } => "insight.no_activity",
            Self::NoTimestamp { .. } => "insight.no_timestamp",
            Self::DuplicateKey { .. } => "insight.duplicate_key",
            Self::BadDate { .. } => "insight.bad_date",
            Self::AmbiguousDate { .. } => "insight.ambiguous_date",
            Self::MixedDateOrder { .. } => "insight.mixed_date_order",
            Self::DateOutOfRange { .. } => "insight.date_out_of_range",
            Self::NoColumn { role, .. } => match role {
                ColumnRole::Case => "insight.no_case_column",
                ColumnRole::Activity => "insight.no_activity_column",
                ColumnRole::Timestamp => "insight.no_timestamp_column",
                ColumnRole::Resource => "insight.no_resource_column",
            },
            Self::NoSuchColumn { .. } => "insight.no_such_column",
            Self::AmbiguousColumn { .. } => "insight.ambiguous_column",
            Self::RowLength { .. } => "insight.row_length",
        }
    }

    /// The line that is at fault, from 1, in the text after decompression.
    pub fn line(&self) -> u64 {
        match self {
            Self::Empty | Self::Packed { .. } => 1,
            Self::Io { line, .. }
            | Self::Cancelled { line }
            | Self::NoEvents { line }
            | Self::NotXml { line, .. }
            | Self::NotXes { line, .. }
            | Self::GzipDamaged { line }
            | Self::Truncated { line, .. }
            | Self::Encoding { line, .. }
            | Self::ControlCharacter { line, .. }
            | Self::Malformed { line, .. }
            | Self::Doctype { line }
            | Self::UnknownEntity { line, .. }
            | Self::TooMuch { line, .. }
            | Self::NoCase { line, .. }
            | Self::NoActivity { line, .. }
            | Self::NoTimestamp { line, .. }
            | Self::DuplicateKey { line, .. }
            | Self::BadDate { line, .. }
            | Self::AmbiguousDate { line, .. }
            | Self::MixedDateOrder { line, .. }
            | Self::DateOutOfRange { line, .. }
            | Self::NoColumn { line, .. }
            | Self::NoSuchColumn { line, .. }
            | Self::AmbiguousColumn { line, .. }
            | Self::RowLength { line, .. } => *line,
        }
    }
}
