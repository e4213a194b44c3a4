use std::io;

use super::ColumnRole;
use crate::limits::Bound;

/// Why a file was not read. Nothing of it was kept.
///
/// Lines count from 1 in the text as it is after decompression. Every message says what the person
/// at the file can do; [`code`](Self::code) is the stable name of the case for programs.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The source failed, not its content.
    #[error("line {line}: the file could not be read on from here: try again")]
    Io {
        /// How far reading came.
        line: u64,
        /// What the source said.
        #[source]
        source: io::Error,
    },
    /// The progress callback asked to stop.
    #[error("line {line}: reading was cancelled; nothing was kept")]
    Cancelled {
        /// How far reading came.
        line: u64,
    },
    /// No byte, or only white space.
    #[error("line 1: the file is empty: choose the exported log itself")]
    Empty,
    /// A whole log in which nothing happens.
    #[error("line {line}: the log ends without a single event: export it again with its events")]
    NoEvents {
        /// The last line.
        line: u64,
    },
    /// An archive that is not gzip, or gzip in gzip.
    #[error("line 1: this is a {format} file: unpack it, then read the log inside (plain or gzip)")]
    Packed {
        /// The format that its first bytes announce.
        format: &'static str,
    },
    /// Neither XML nor CSV.
    #[error("line {line}: this is not XML: {hint}")]
    NotXml {
        /// The line that says so.
        line: u64,
        /// What was found, and what to do.
        hint: &'static str,
    },
    /// XML of another kind.
    #[error(
        "line {line}: this is XML, but no XES log: its root is <{root}>, not <log>: \
         choose the file that was exported as XES"
    )]
    NotXes {
        /// The line of the root element.
        line: u64,
        /// The root element's name.
        root: String,
    },
    /// The gzip layer is damaged.
    #[error("line {line}: the gzip data is damaged after this line: copy or export the file again")]
    GzipDamaged {
        /// The last line that could be unpacked.
        line: u64,
    },
    /// The file ends too early.
    #[error(
        "line {line}: the file ends here, inside {inside}: it was cut; copy or export it again"
    )]
    Truncated {
        /// The last line.
        line: u64,
        /// What was open.
        inside: String,
    },
    /// The text is not UTF-8.
    #[error("line {line}: the text is {found}: save the file again as UTF-8")]
    Encoding {
        /// The first line that is not UTF-8.
        line: u64,
        /// What it seems to be.
        found: String,
    },
    /// A byte that no text contains.
    #[error("line {line}: the control character 0x{byte:02X} is not text: export the file again")]
    ControlCharacter {
        /// Where it stands.
        line: u64,
        /// The byte.
        byte: u8,
    },
    /// The XML breaks a rule of XML or XES.
    #[error("line {line}: {fault}: export the file again, or correct this line")]
    Malformed {
        /// The line where the rule is broken.
        line: u64,
        /// The rule.
        fault: String,
    },
    /// A document type declaration. Entities that it may declare can grow without bound, so it is
    /// refused whatever it says.
    #[error("line {line}: DOCTYPE and entity declarations are refused: remove them from the file")]
    Doctype {
        /// Where it stands.
        line: u64,
    },
    /// An entity that XML does not define by itself.
    #[error("line {line}: the entity &{name}; is unknown: write the character itself")]
    UnknownEntity {
        /// Where it is used.
        line: u64,
        /// Its name.
        name: String,
    },
    /// A limit is reached.
    #[error("line {line}: more than {limit} {}: {}", bound.unit(), bound.advice())]
    TooMuch {
        /// Where the limit was reached.
        line: u64,
        /// What there is too much of.
        bound: Bound,
        /// The limit.
        limit: u64,
    },
    /// An event that belongs to no case.
    #[error("line {line}: this event belongs to no case ({lack}): add it, or remove the event")]
    NoCase {
        /// The event's line.
        line: u64,
        /// What is missing where.
        lack: String,
    },
    /// An event that does not say what happened.
    #[error("line {line}: this event has no activity ({lack}): add it, or remove the event")]
    NoActivity {
        /// The event's line.
        line: u64,
        /// What is missing where.
        lack: String,
    },
    /// An event that does not say when.
    #[error("line {line}: this event has no timestamp ({lack}): add it, or remove the event")]
    NoTimestamp {
        /// The event's line.
        line: u64,
        /// What is missing where.
        lack: String,
    },
    /// An event or trace that names the same thing twice.
    #[error("line {line}: the key {key} is given twice: keep one of them")]
    DuplicateKey {
        /// The line of the second.
        line: u64,
        /// The key.
        key: &'static str,
    },
    /// A text that is no date.
    #[error(
        "line {line}, {place}: {value:?} is not a date: write it like 2024-03-01T09:30:00Z \
         (year first, with an offset)"
    )]
    BadDate {
        /// The event's line.
        line: u64,
        /// The column or key.
        place: String,
        /// The text, shortened.
        value: String,
    },
    /// A date that two people read differently, and no other row of the column decides.
    #[error(
        "line {line}, {place}: {value:?} can mean two dates: say whether the day or the month comes \
         first, or write the year first with four digits"
    )]
    AmbiguousDate {
        /// The first such line.
        line: u64,
        /// The column.
        place: String,
        /// The text, shortened.
        value: String,
    },
    /// Rows of one column that contradict each other about the order of day and month.
    #[error(
        "line {line}, {place}: {value:?} has day and month in the other order than line {other_line}: \
         write all dates the same way, year first"
    )]
    MixedDateOrder {
        /// The line that contradicts.
        line: u64,
        /// The column.
        place: String,
        /// The text, shortened.
        value: String,
        /// The line that decided the order.
        other_line: u64,
    },
    /// A date outside the years that are accepted.
    #[error(
        "line {line}, {place}: the date {value:?} is outside the years {first} to {last}: it is \
         probably an empty date of the exporting system; correct or remove the event"
    )]
    DateOutOfRange {
        /// The event's line.
        line: u64,
        /// The column or key.
        place: String,
        /// The text, shortened.
        value: String,
        /// The first year accepted.
        first: i32,
        /// The last year accepted.
        last: i32,
    },
    /// No column's name tells that it is this one.
    #[error("line {line}: no {role} column found among {found}: say which column it is")]
    NoColumn {
        /// The header's line.
        line: u64,
        /// What was looked for.
        role: ColumnRole,
        /// The columns there are.
        found: String,
    },
    /// A column was named that the file does not have, or has twice.
    #[error("line {line}: there must be exactly one column {name:?}; the columns are {found}")]
    NoSuchColumn {
        /// The header's line.
        line: u64,
        /// What it was to be used for.
        role: ColumnRole,
        /// The name asked for.
        name: String,
        /// The columns there are.
        found: String,
    },
    /// Several columns have names that tell that they are this one.
    #[error("line {line}: {candidates} could each be the {role} column: say which it is")]
    AmbiguousColumn {
        /// The header's line.
        line: u64,
        /// What was looked for.
        role: ColumnRole,
        /// The columns that it could be.
        candidates: String,
    },
    /// A row with more or fewer cells than the header.
    #[error(
        "line {line}: this row has {found} cells and the header {expected}: look for a missing quote \
         or a delimiter inside a text, or a file that was cut"
    )]
    RowLength {
        /// The row's line.
        line: u64,
        /// Cells of the header.
        expected: usize,
        /// Cells of this row.
        found: usize,
    },
}

/// At most 60 characters of a file's text, for a message.
pub(super) fn excerpt(text: &[u8]) -> String {
    const SHOWN: usize = 60;
    let text = String::from_utf8_lossy(text.get(..SHOWN * 4).unwrap_or(text));
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .map(crate::report::printable)
        .collect();
    if text.chars().count() > SHOWN {
        shown.push('…');
    }
    shown
}
