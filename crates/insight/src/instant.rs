//! Points in time as microseconds since 1970-01-01T00:00:00Z, and their reading from text.

use std::ops::RangeInclusive;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Microseconds in a second.
pub(crate) const SECOND_US: i64 = 1_000_000;
/// Microseconds in a day.
pub(crate) const DAY_US: i64 = 86_400 * SECOND_US;

/// A point in time as a file gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instant {
    pub(crate) us: i64,
    /// Whether the text said how far from UTC it is; if not, it was read as UTC.
    pub(crate) has_offset: bool,
}

/// Why a text is no point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFault {
    /// It is not written as a date, or names a day or time that does not exist.
    Unreadable,
    /// Its year has more than four digits or is negative.
    OutOfRange,
}

/// Days from 1970-01-01 to this day of the proleptic Gregorian calendar, or `None` if the month
/// has no such day.
pub(crate) fn day_number(year: i64, month: u32, day: u32) -> Option<i64> {
    if day == 0 || day > days_in_month(year, month)? {
        return None;
    }
    // Years begin in March, so that the leap day is the last of its year.
    let shifted = if month <= 2 { year - 1 } else { year };
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: i64, month: u32) -> Option<u32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

/// The points in time that lie in these years, both included.
pub(crate) fn span_of_years(first: i32, last: i32) -> RangeInclusive<i64> {
    let start = |year: i64| {
        day_number(year, 1, 1)
            .and_then(|day| day.checked_mul(DAY_US))
            .unwrap_or(i64::MAX)
    };
    start(i64::from(first))..=start(i64::from(last) + 1).saturating_sub(1)
}

/// RFC 3339 in UTC, with as much of the fraction as there is.
pub(crate) fn instant_text(us: i64) -> String {
    utc(us)
        .and_then(|utc| utc.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// The day in UTC, as `YYYY-MM-DD`.
pub(crate) fn date_text(us: i64) -> String {
    utc(us)
        .map(|utc| utc.date().to_string())
        .unwrap_or_default()
}

fn utc(us: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(us) * 1_000).ok()
}

/// Reads ISO 8601 as RFC 3339, xs:dateTime and their usual deviations write it: a date, then
/// optionally `T` or a space, hours and minutes, seconds, a fraction, and `Z` or an offset.
pub(crate) fn parse_iso(text: &[u8]) -> Result<Instant, DateFault> {
    let mut at = Cursor { text, at: 0 };
    if text.first() == Some(&b'-') || text.iter().take_while(|b| b.is_ascii_digit()).count() > 4 {
        let is_date = memchr::memchr_iter(b'-', text).count() >= 2;
        return Err(if is_date {
            DateFault::OutOfRange
        } else {
            DateFault::Unreadable
        });
    }
    let day = at.date().ok_or(DateFault::Unreadable)?;
    at.time_and_offset(day).ok_or(DateFault::Unreadable)
}

/// Reads fields of fixed width from left to right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) at: usize,
}

impl Cursor<'_> {
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(crate) fn eat(&mut self, wanted: &[u8]) -> Option<u8> {
        let found = self.peek().filter(|byte| wanted.contains(byte))?;
        self.at += 1;
        Some(found)
    }

    fn two(&mut self) -> Option<u32> {
        let (tens, ones) = (self.digit()?, self.digit()?);
        Some(tens * 10 + ones)
    }

    pub(crate) fn digit(&mut self) -> Option<u32> {
        let digit = self.peek()?.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        self.at += 1;
        Some(u32::from(digit))
    }

    /// `YYYY-MM-DD` or `YYYY/MM/DD`, as a day number.
    fn date(&mut self) -> Option<i64> {
        let year = self.two()? * 100 + self.two()?;
        let mark = self.eat(b"-/")?;
        let month = self.two()?;
        self.eat(&[mark])?;
        let day = self.two()?;
        day_number(i64::from(year), month, day)
    }

    /// What follows a date, up to the end of the text.
    pub(crate) fn time_and_offset(&mut self, day: i64) -> Option<Instant> {
        let mut us = day * DAY_US;
        if self.eat(b"Tt ").is_some() && !self.at_end() {
            us += self.time()?;
        }
        while self.eat(b" ").is_some() {}
        if self.at_end() {
            return Some(Instant {
                us,
                has_offset: false,
            });
        }
        let offset = self.offset()?;
        self.at_end().then_some(Instant {
            us: us - offset,
            has_offset: true,
        })
    }

    /// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fraction`, in microseconds; digits past the sixth are cut.
    fn time(&mut self) -> Option<i64> {
        let hour = self.two()?;
        self.eat(b":")?;
        let minute = self.two()?;
        let mut second = 0;
        let mut fraction_us = 0;
        if self.eat(b":").is_some() {
            second = self.two()?;
            if self.eat(b".,").is_some() {
                fraction_us = self.fraction()?;
            }
        }
        // xs:dateTime lets 24:00:00 stand for the end of the day.
        let end_of_day = hour == 24 && minute == 0 && second == 0 && fraction_us == 0;
        if (hour > 23 && !end_of_day) || minute > 59 || second > 59 {
            return None;
        }
        Some(i64::from(hour * 3600 + minute * 60 + second) * SECOND_US + fraction_us)
    }

    pub(crate) fn fraction(&mut self) -> Option<i64> {
        let mut scale_us = SECOND_US / 10;
        let mut sum_us = i64::from(self.digit()?) * scale_us;
        while let Some(digit) = self.digit() {
            scale_us /= 10;
            sum_us += i64::from(digit) * scale_us;
        }
        Some(sum_us)
    }

    /// `Z`, `UTC`, `GMT`, `+hh`, `+hhmm` or `+hh:mm`, in microseconds; at most 14 hours.
    pub(crate) fn offset(&mut self) -> Option<i64> {
        let sign = match self.peek()? {
            b'+' => 1,
            b'-' => -1,
            _ => {
                let zone = self.text.get(self.at..)?;
                self.at = self.text.len();
                return [&b"Z"[..], b"z", b"UTC", b"GMT"]
                    .contains(&zone)
                    .then_some(0);
            }
        };
        self.at += 1;
        let hours = self.two()?;
        let minutes = if self.at_end() {
            0
        } else {
            self.eat(b":");
            self.two()?
        };
        let total = hours * 60 + minutes;
        (minutes < 60 && total <= 14 * 60).then_some(sign * i64::from(total) * 60 * SECOND_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(text: &str) -> Option<i64> {
        parse_iso(text.as_bytes()).ok().map(|instant| instant.us)
    }

    #[test]
    fn every_day_of_four_centuries_has_the_number_the_time_crate_gives_it() {
        let mut day = time::macros::date!(1880 - 01 - 01);
        while day.year() < 2290 {
            let month = u32::from(u8::from(day.month()));
            let expected = i64::from(day.to_julian_day()) - 2_440_588;
            assert_eq!(
                day_number(day.year().into(), month, day.day().into()),
                Some(expected)
            );
            day = day.next_day().unwrap();
        }
    }

    #[test]
    fn rfc_3339_reads_as_the_time_crate_reads_it() {
        for text in [
            "2012-10-09T14:50:17+00:00",
            "2006-07-24T00:00:00+02:00",
            "1999-12-31T23:59:59.999999Z",
            "2004-02-29T01:00:00.5-03:30",
            "1969-12-31T23:59:59.000001Z",
        ] {
            let expected = OffsetDateTime::parse(text, &Rfc3339)
                .unwrap()
                .unix_timestamp_nanos()
                / 1000;
            assert_eq!(us(text).map(i128::from), Some(expected), "{text}");
        }
    }

    #[test]
    fn deviations_that_mean_the_same_read_the_same() {
        let expected = us("2024-03-01T09:00:00Z");
        for text in [
            "2024-03-01 09:00",
            "2024/03/01 09:00:00",
            "2024-03-01T10:00:00+0100",
            "2024-03-01T10:00:00+01",
            "2024-03-01 09:00:00 UTC",
            "2024-03-01T09:00:00,000",
            "2024-03-01T09:00:00.0000000Z",
        ] {
            assert_eq!(us(text), expected, "{text}");
        }
        assert_eq!(us("2024-02-29T24:00:00Z"), us("2024-03-01"));
    }

    #[test]
    fn days_and_times_that_do_not_exist_are_refused() {
        for text in [
            "",
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-04-31",
            "2024-01-01T25:00:00",
            "2024-01-01T24:00:01",
            "2024-01-01T10:60:00",
            "2024-01-01T10:00:60",
            "2024-01-01T10",
            "2024-01-01T10:00:00+15:00",
            "2024-01-01T10:00:00 CET",
            "2024-1-1",
            "2024-01/01",
            "2024-01-01T10:00:00.",
            "2024-01-01T10:00:00Zx",
            "yesterday",
            "20240101",
        ] {
            assert_eq!(
                parse_iso(text.as_bytes()),
                Err(DateFault::Unreadable),
                "{text}"
            );
        }
        for text in ["-0044-03-15T12:00:00Z", "12024-01-01T00:00:00Z"] {
            assert_eq!(
                parse_iso(text.as_bytes()),
                Err(DateFault::OutOfRange),
                "{text}"
            );
        }
    }

    #[test]
    fn whether_an_offset_was_given_is_told() {
        assert!(parse_iso(b"2024-03-01T09:00:00Z").unwrap().has_offset);
        assert!(!parse_iso(b"2024-03-01T09:00:00").unwrap().has_offset);
    }

    #[test]
    fn years_end_with_their_last_microsecond() {
        let span = span_of_years(1900, 2199);
        assert_eq!(Some(*span.start()), us("1900-01-01"));
        assert_eq!(Some(*span.end()), us("2199-12-31T23:59:59.999999"));
    }
}
