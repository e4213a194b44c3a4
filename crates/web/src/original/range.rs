//! Range requests (RFC 9110 14.1.2, 14.2), of one range.

/// What of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// From the first of these bytes to the last.
    Part(u64, u64),
    /// Bytes that it does not have.
    Nothing,
}

/// What `header` asks of a file of `size_bytes`. What is no range of bytes, or several, is not heeded (RFC 9110 14.2).
pub(super) fn wanted(header: Option<&str>, size_bytes: u64) -> Wanted {
    asked(header, size_bytes).unwrap_or(Wanted::Whole)
}

fn asked(header: Option<&str>, size_bytes: u64) -> Option<Wanted> {
    let (unit, range) = header?.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") || size_bytes == 0 {
        return None;
    }
    let end = size_bytes - 1;
    if first.is_empty() {
        return Some(match number(last)? {
            0 => Wanted::Nothing,
            length => Wanted::Part(size_bytes.saturating_sub(length), end),
        });
    }
    let first = number(first)?;
    let last = if last.is_empty() {
        u64::MAX
    } else {
        number(last)?
    };
    if last < first {
        return None;
    }
    Some(if first > end {
        Wanted::Nothing
    } else {
        Wanted::Part(first, last.min(end))
    })
}

/// Digits alone: no sign, no space. One that is larger than any file is as good as the largest.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_range_of_bytes_is_heeded() {
        for (header, wanted_of_ten) in [
            ("bytes=0-4", Wanted::Part(0, 4)),
            ("bytes=9-9", Wanted::Part(9, 9)),
            ("bytes=3-", Wanted::Part(3, 9)),
            ("bytes=3-99999999999999999999999", Wanted::Part(3, 9)),
            ("bytes=-4", Wanted::Part(6, 9)),
            ("bytes=-99", Wanted::Part(0, 9)),
            ("Bytes= 1-2", Wanted::Part(1, 2)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=10-20", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
        ] {
            assert_eq!(wanted(Some(header), 10), wanted_of_ten, "{header}");
        }
    }

    #[test]
    fn what_is_no_range_or_several_gives_the_whole() {
        for header in [
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=1 -2",
            "bytes=0-1-2",
            "bytes==0-1",
        ] {
            assert_eq!(wanted(Some(header), 10), Wanted::Whole, "{header}");
        }
        assert_eq!(wanted(None, 10), Wanted::Whole);
        assert_eq!(wanted(Some("bytes=-5"), 0), Wanted::Whole);
    }

    proptest! {
        #[test]
        fn a_part_is_within_the_file(header in "bytes=[0-9]{0,22}-[0-9]{0,22}|\\PC{0,30}", size in 0..2000u64) {
            if let Wanted::Part(first, last) = wanted(Some(&header), size) {
                prop_assert!(first <= last && last < size);
            }
        }
    }
}
