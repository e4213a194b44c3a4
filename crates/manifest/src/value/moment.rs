use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// Reads a moment as apps write them: RFC 3339, or with an offset that lacks its colon (ISO 8601's
/// basic form, `+0000`), as Salesforce and Jira have it.
pub(crate) fn read(text: &str) -> Option<OffsetDateTime> {
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(moment);
    }
    let (before, minutes) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let (date, hours) = before.split_at_checked(before.len().checked_sub(3)?)?;
    let is_offset = hours.starts_with(['+', '-']) && date.contains('T');
    let colon = is_offset.then(|| format!("{date}{hours}:{minutes}"))?;
    OffsetDateTime::parse(&colon, &Rfc3339).ok()
}

/// Writes it in UTC, as [`problem`] wants it.
pub(crate) fn write(moment: OffsetDateTime) -> Option<String> {
    moment.to_offset(UtcOffset::UTC).format(&Rfc3339).ok()
}

/// What is wrong with the text of an argument: a moment has one spelling, in UTC.
pub(super) fn problem(text: &str) -> Option<String> {
    let read = OffsetDateTime::parse(text, &Rfc3339).ok();
    let spelled = read.and_then(write);
    (spelled.as_deref() != Some(text))
        .then(|| "not a moment in UTC such as 2026-03-02T09:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn moments_of_apps_are_read() {
        let moment = Some(datetime!(2026-03-02 09:00 UTC));
        for text in [
            "2026-03-02T09:00:00Z",
            "2026-03-02T10:00:00+01:00",
            "2026-03-02T09:00:00.000+0000",
            "2026-03-02T04:00:00.000-0500",
        ] {
            assert_eq!(read(text), moment, "{text}");
        }
        for bad in [
            "",
            "0",
            "+0000",
            "2026-03-02",
            "2026-03-02T09:00:00",
            "é+0000",
            "T+000é",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_argument_has_one_spelling() {
        for good in ["2026-03-02T09:00:00Z", "2026-03-02T09:00:00.5Z"] {
            assert_eq!(problem(good), None, "{good}");
        }
        for bad in [
            "2026-03-02T09:00:00+00:00",
            "2026-03-02T09:00:00.500Z",
            "2026-03-02t09:00:00z",
            "2026-03-02 09:00:00Z",
            "2026-13-02T09:00:00Z",
            "2026-03-02T09:00:00Z' OR Id != '",
            "",
        ] {
            assert!(problem(bad).is_some(), "{bad}");
        }
    }
}
