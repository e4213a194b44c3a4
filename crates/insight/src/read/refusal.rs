use super::ReadError;
use super::error::excerpt;
use crate::limits::Limits;
use crate::log::Refusal;

/// What the builder's refusal means on this line of the file.
pub(super) fn refused(refusal: Refusal, line: u64, limits: &Limits) -> ReadError {
    match refusal {
        Refusal::Bound(bound) => ReadError::TooMuch {
            line,
            bound,
            limit: bound.of(limits),
        },
        // Readers ask `LogBuilder::admits` first, where they still have the text.
        Refusal::TimeOutOfRange => out_of_range("its timestamp", b"", line, limits),
        Refusal::NotText => ReadError::Encoding {
            line,
            found: "not UTF-8".to_owned(),
        },
    }
}

/// The error of a date that lies outside the years of the limits.
pub(super) fn out_of_range(place: &str, text: &[u8], line: u64, limits: &Limits) -> ReadError {
    ReadError::DateOutOfRange {
        line,
        place: place.to_owned(),
        value: excerpt(text),
        first: limits.first_year,
        last: limits.last_year,
    }
}
