//! The dates that spreadsheets, databases and help desks write into CSV files.

use super::date_fields::{after_date, is_weekday, marks, month_number, number, word};
use crate::instant::{Cursor, DateFault, Instant, SECOND_US, day_number, parse_iso};

/// What a cell can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Only this.
    Sure(Instant),
    /// Numbers for day and month in either order, as far as such a day exists.
    Numeric {
        day_first: Option<Instant>,
        month_first: Option<Instant>,
    },
}

/// Why a cell is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellFault {
    Unreadable,
    /// 01/02/03 has more meanings than any column could settle.
    TwoDigitYear,
    OutOfRange,
}

/// Reads ISO 8601 in its extended and basic form, epoch seconds, milliseconds, microseconds and
/// nanoseconds, and dates with the month as a word or as a number.
pub(super) fn parse(text: &[u8]) -> Result<Reading, CellFault> {
    if let Some(instant) = digits_only(text) {
        return Ok(Reading::Sure(instant));
    }
    let fault = match parse_iso(text) {
        Ok(instant) => return Ok(Reading::Sure(instant)),
        Err(fault) => fault,
    };
    if let Some(instant) = basic_iso(text)
        .or_else(|| year_first(text))
        .or_else(|| with_word(text))
    {
        return Ok(Reading::Sure(instant));
    }
    match numeric(text) {
        Some(reading) => reading,
        None if fault == DateFault::OutOfRange => Err(CellFault::OutOfRange),
        None => Err(CellFault::Unreadable),
    }
}

/// Time since the epoch by its number of digits, or YYYYMMDD and YYYYMMDDhhmmss.
fn digits_only(text: &[u8]) -> Option<Instant> {
    let whole = text.split(|&byte| byte == b'.').next()?;
    if !whole.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = std::str::from_utf8(whole).ok()?.parse::<i64>().ok();
    let at = |us| {
        Some(Instant {
            us,
            has_offset: true,
        })
    };
    match (whole.len(), whole.len() == text.len()) {
        (10, true) => at(number? * SECOND_US),
        (10, false) => {
            let mut fraction = Cursor {
                text,
                at: whole.len() + 1,
            };
            let fraction_us = fraction.fraction()?;
            fraction
                .at_end()
                .then(|| at(number? * SECOND_US + fraction_us))?
        }
        (13, true) => at(number? * 1_000),
        (16, true) => at(number?),
        (19, true) => at(number? / 1_000),
        (8 | 14, true) => basic_iso(text),
        _ => None,
    }
}

/// YYYYMMDD, YYYYMMDDThhmm, YYYYMMDDThhmmss (also without the T), with what may follow a time.
fn basic_iso(text: &[u8]) -> Option<Instant> {
    let (date, rest) = text.split_at_checked(8)?;
    let mut extended = Vec::with_capacity(40);
    for (part, mark) in [
        (date.get(..4)?, b'-'),
        (date.get(4..6)?, b'-'),
        (date.get(6..)?, b'T'),
    ] {
        extended.extend_from_slice(part);
        extended.push(mark);
    }
    let clock = rest.strip_prefix(b"T").unwrap_or(rest);
    let digits = clock
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    match digits {
        0 if clock.is_empty() => {}
        4 | 6 => {
            for (at, pair) in clock.get(..digits)?.chunks(2).enumerate() {
                if at > 0 {
                    extended.push(b':');
                }
                extended.extend_from_slice(pair);
            }
            extended.extend_from_slice(clock.get(digits..)?);
        }
        _ => return None,
    }
    parse_iso(&extended).ok()
}

/// 2024-3-1 9:30, 2024.03.01 and the like: year, month and day in this order.
fn year_first(text: &[u8]) -> Option<Instant> {
    let mut at = Cursor { text, at: 0 };
    let year = number(&mut at, 4, 4)?;
    let mark = at.eat(b"-/.")?;
    let month = number(&mut at, 1, 2)?;
    at.eat(&[mark])?;
    let day = number(&mut at, 1, 2)?;
    after_date(at, day_number(year.into(), month, day)?)
}

/// 1 Mar 2024, 01-MAR-2024, Mar 1, 2024, and RFC 5322's `Fri, 01 Mar 2024`.
fn with_word(text: &[u8]) -> Option<Instant> {
    let mut at = Cursor { text, at: 0 };
    let mut first = word(&mut at);
    if first.is_some_and(is_weekday) {
        marks(&mut at);
        first = word(&mut at);
    }
    let (day, month) = if let Some(month) = first {
        let month = month_number(month)?;
        marks(&mut at);
        (number(&mut at, 1, 2)?, month)
    } else {
        let day = number(&mut at, 1, 2)?;
        marks(&mut at);
        (day, month_number(word(&mut at)?)?)
    };
    marks(&mut at);
    let year = number(&mut at, 4, 4)?;
    after_date(at, day_number(year.into(), month, day)?)
}

/// 13/02/2024, 13-02-2024 and 13.02.2024, of which the last always has the day first.
fn numeric(text: &[u8]) -> Option<Result<Reading, CellFault>> {
    let mut at = Cursor { text, at: 0 };
    let first = number(&mut at, 1, 2)?;
    let mark = at.eat(b"/-.")?;
    let second = number(&mut at, 1, 2)?;
    at.eat(&[mark])?;
    let before_year = at.at;
    let year = number(&mut at, 2, 4)?;
    match at.at - before_year {
        4 => {}
        2 => return Some(Err(CellFault::TwoDigitYear)),
        _ => return None,
    }
    let instant = |day, month| after_date(at, day_number(year.into(), month, day)?);
    let (day_first, month_first) = (instant(first, second), instant(second, first));
    Some(Ok(match (mark, day_first) {
        (b'.', Some(instant)) => Reading::Sure(instant),
        (b'.', None) => return None,
        _ => Reading::Numeric {
            day_first,
            month_first,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Instant {
        parse_iso(text.as_bytes()).unwrap()
    }

    #[test]
    fn many_spellings_of_one_moment_read_the_same() {
        for text in [
            "2024-03-13 14:05:00",
            "20240313T140500",
            "20240313140500",
            "2024-3-13 14:05",
            "2024.03.13 14:05:00",
            "13.03.2024 14:05",
            "13-Mar-2024 14:05:00",
            "13 MARCH 2024, 2:05 PM",
            "Mar 13, 2024 02:05:00 pm",
            "Wed, 13 Mar 2024 14:05:00",
        ] {
            assert_eq!(
                parse(text.as_bytes()),
                Ok(Reading::Sure(iso("2024-03-13T14:05:00"))),
                "{text}"
            );
        }
        for text in [
            "1710338700",
            "1710338700.000",
            "1710338700000",
            "1710338700000000",
            "1710338700000000000",
            "20240313T140500Z",
            "Wed, 13 Mar 2024 14:05:00 GMT",
            "13.03.2024 15:05:00 +01:00",
            "13-Mar-2024 11:05:00 -03:00",
        ] {
            assert_eq!(
                parse(text.as_bytes()),
                Ok(Reading::Sure(iso("2024-03-13T14:05:00Z"))),
                "{text}"
            );
        }
    }

    #[test]
    fn day_and_month_as_numbers_keep_both_meanings_that_exist() {
        let both = Reading::Numeric {
            day_first: Some(iso("2024-04-03 09:30")),
            month_first: Some(iso("2024-03-04 09:30")),
        };
        assert_eq!(parse(b"03/04/2024 09:30"), Ok(both));
        assert_eq!(parse(b"3-4-2024 9:30 AM"), Ok(both));
        let day_only = Reading::Numeric {
            day_first: Some(iso("2024-02-13")),
            month_first: None,
        };
        assert_eq!(parse(b"13/02/2024"), Ok(day_only));
        let month_only = Reading::Numeric {
            day_first: None,
            month_first: Some(iso("2024-02-13 12:00")),
        };
        assert_eq!(parse(b"2/13/2024 12:00 PM"), Ok(month_only));
    }

    #[test]
    fn what_is_no_date_or_not_enough_of_one_is_refused() {
        for text in [
            "soon",
            "13",
            "2024",
            "2024-03",
            "31.02.2024",
            "1 Foo 2024",
            "12345678901",
            "13 Mar 24 Mar 2024",
            "13/Mar",
            "1710338700.",
            "10:30",
            "2024-03-13 25:00",
            "99999999",
            "13.03.2024 13:00 PM",
            "12/2024",
            "2024-03-13 14:05 CEST",
        ] {
            assert_eq!(parse(text.as_bytes()), Err(CellFault::Unreadable), "{text}");
        }
        assert_eq!(parse(b"03/04/24"), Err(CellFault::TwoDigitYear));
        let impossible = Reading::Numeric {
            day_first: None,
            month_first: None,
        };
        assert_eq!(parse(b"31/31/2024"), Ok(impossible));
    }
}
