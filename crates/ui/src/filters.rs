//! [`crate::format`] under the names that templates use: `{{ row.cases|count }}`.
#![expect(
    clippy::unnecessary_wraps,
    reason = "askama takes a Result from every filter"
)]
#![expect(
    unreachable_pub,
    clippy::inline_always,
    clippy::unused_self,
    reason = "what `filter_fn` generates"
)]

use askama::{Result, Values, filter_fn};
use kernel::words;
use time::OffsetDateTime;

use crate::format;

/// A value as askama hands it over: by value, by reference, or by a reference to one.
pub(crate) trait Read<T> {
    fn read(&self) -> T;
}

impl<T, R: Read<T> + ?Sized> Read<T> for &R {
    fn read(&self) -> T {
        (**self).read()
    }
}

macro_rules! read {
    ($($from:ty => $to:ty),+) => {$(
        impl Read<$to> for $from {
            fn read(&self) -> $to {
                (*self).into()
            }
        }
    )+};
}

read!(f64 => f64, u64 => u64, u32 => u64, u16 => u64, u8 => u64, OffsetDateTime => OffsetDateTime);

impl Read<u64> for usize {
    fn read(&self) -> u64 {
        *self as u64
    }
}

#[filter_fn]
pub(crate) fn count<T: Read<u64>>(number: T, _: &dyn Values) -> Result<String> {
    Ok(words::count(number.read()))
}

#[filter_fn]
pub(crate) fn percent<T: Read<f64>>(share: T, _: &dyn Values) -> Result<String> {
    Ok(words::percent(share.read()))
}

#[filter_fn]
pub(crate) fn duration<T: Read<f64>>(seconds: T, _: &dyn Values) -> Result<String> {
    Ok(words::duration(seconds.read()))
}

#[filter_fn]
pub(crate) fn millis<T: Read<u64>>(millis: T, _: &dyn Values) -> Result<String> {
    Ok(format::millis(millis.read()))
}

#[filter_fn]
pub(crate) fn bytes<T: Read<u64>>(size_bytes: T, _: &dyn Values) -> Result<String> {
    Ok(format::bytes(size_bytes.read()))
}

#[filter_fn]
pub(crate) fn utc<T: Read<OffsetDateTime>>(moment: T, _: &dyn Values) -> Result<String> {
    Ok(format::utc(moment.read()))
}

#[filter_fn]
pub(crate) fn day<T: Read<OffsetDateTime>>(moment: T, _: &dyn Values) -> Result<String> {
    Ok(format::day(moment.read()))
}

#[filter_fn]
pub(crate) fn machine<T: Read<OffsetDateTime>>(moment: T, _: &dyn Values) -> Result<String> {
    Ok(format::machine(moment.read()))
}

#[filter_fn]
pub(crate) fn ago<T: Read<OffsetDateTime>>(
    moment: T,
    _: &dyn Values,
    now: &OffsetDateTime,
) -> Result<String> {
    Ok(format::ago(moment.read(), *now))
}

#[filter_fn]
pub(crate) fn visible<T: AsRef<str>>(text: T, _: &dyn Values) -> Result<String> {
    Ok(format::visible(text.as_ref()))
}

/// One decimal, for coordinates in SVG.
#[filter_fn]
pub(crate) fn px<T: Read<f64>>(value: T, _: &dyn Values) -> Result<String> {
    Ok(format!("{:.1}", value.read()))
}
