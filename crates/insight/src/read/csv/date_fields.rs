//! The parts of a date, read from left to right.

use crate::instant::{Cursor, DAY_US, Instant, SECOND_US};

/// The time of day after a date, with one or two digits for the hour, AM or PM, and an offset.
pub(super) fn after_date(mut at: Cursor<'_>, day: i64) -> Option<Instant> {
    let mut us = day * DAY_US;
    at.eat(b"T");
    while at.eat(b" ,").is_some() {}
    if !at.at_end() {
        us += clock(&mut at)?;
    }
    while at.eat(b" ").is_some() {}
    if at.at_end() {
        return Some(Instant {
            us,
            has_offset: false,
        });
    }
    let offset = at.offset()?;
    at.at_end().then_some(Instant {
        us: us - offset,
        has_offset: true,
    })
}

fn clock(at: &mut Cursor<'_>) -> Option<i64> {
    let mut hour = number(at, 1, 2)?;
    at.eat(b":.")?;
    let minute = number(at, 2, 2)?;
    let (mut second, mut fraction_us) = (0, 0);
    if at.eat(b":.").is_some() {
        second = number(at, 2, 2)?;
        if at.eat(b".,").is_some() {
            fraction_us = at.fraction()?;
        }
    }
    let mut half = *at;
    while half.eat(b" ").is_some() {}
    if let Some(word) =
        word(&mut half).filter(|w| w.eq_ignore_ascii_case(b"AM") || w.eq_ignore_ascii_case(b"PM"))
    {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12
            + if word.eq_ignore_ascii_case(b"PM") {
                12
            } else {
                0
            };
        *at = half;
    }
    let exists = hour < 24 && minute < 60 && second < 60;
    exists.then_some(i64::from(hour * 3600 + minute * 60 + second) * SECOND_US + fraction_us)
}

pub(super) fn number(at: &mut Cursor<'_>, at_least: usize, at_most: usize) -> Option<u32> {
    let (mut number, mut digits) = (0, 0);
    while digits < at_most
        && let Some(digit) = at.digit()
    {
        number = number * 10 + digit;
        digits += 1;
    }
    (digits >= at_least && !at.peek().is_some_and(|byte| byte.is_ascii_digit())).then_some(number)
}

pub(super) fn word<'t>(at: &mut Cursor<'t>) -> Option<&'t [u8]> {
    let rest = at.text.get(at.at..)?;
    let length = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    at.at += length;
    rest.get(..length).filter(|word| !word.is_empty())
}

pub(super) fn marks(at: &mut Cursor<'_>) {
    while at.eat(b" ,-/").is_some() {}
}

pub(super) fn month_number(word: &[u8]) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let fits = |month: &&str| is_abbreviation(word, month);
    (1..)
        .zip(MONTHS)
        .find(|(_, month)| fits(month))
        .map(|(number, _)| number)
}

pub(super) fn is_weekday(word: &[u8]) -> bool {
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ]
    .iter()
    .any(|day| is_abbreviation(word, day))
}

/// The whole word or its first three letters.
fn is_abbreviation(word: &[u8], whole: &str) -> bool {
    word.eq_ignore_ascii_case(whole.as_bytes())
        || whole
            .as_bytes()
            .get(..3)
            .is_some_and(|short| word.eq_ignore_ascii_case(short))
}
