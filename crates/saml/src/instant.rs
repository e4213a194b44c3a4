use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// SAMLCore 1.3.3: an `xs:dateTime` in UTC.
pub(crate) fn read(text: &str) -> Option<OffsetDateTime> {
    let in_utc = text.ends_with('Z') && text.len() <= 40;
    in_utc.then(|| OffsetDateTime::parse(text, &Rfc3339).ok())?
}

/// Without fractions, which some providers cannot read.
pub(crate) fn written(instant: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let instant = instant.to_offset(time::UtcOffset::UTC);
    instant.format(&format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_moments_in_utc_are_read() {
        for text in [
            "2026-11-22T17:00:00Z",
            "2026-11-22T17:00:00.1234567Z",
            "2026-11-22T17:00:00.123456789012Z",
        ] {
            assert!(read(text).is_some(), "{text}");
        }
        for text in [
            "",
            "Z",
            "2026-11-22T17:00:00",
            "2026-11-22T17:00:00+00:00",
            "2026-11-22",
            "2026-13-22T17:00:00Z",
            " 2026-11-22T17:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let moment = read("2026-11-22T17:00:00.9Z").unwrap();
        assert_eq!(written(moment), "2026-11-22T17:00:00Z");
    }
}
