use time::OffsetDateTime;
use time::UtcOffset;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const UTC: &[BorrowedFormatItem<'_>] = format_description!(
    "[day padding:none] [month repr:short] [year], [hour]:[minute]:[second] UTC"
);
const DAY: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:short] [year]");

/// `22 Nov 2026, 14:03:07 UTC`. Audits are compared across offices: no local time here.
pub fn utc(moment: OffsetDateTime) -> String {
    moment
        .to_offset(UtcOffset::UTC)
        .format(UTC)
        .unwrap_or_default()
}

/// `22 Nov 2026`, in UTC.
pub fn day(moment: OffsetDateTime) -> String {
    moment
        .to_offset(UtcOffset::UTC)
        .format(DAY)
        .unwrap_or_default()
}

/// RFC 3339, for the `datetime` attribute.
pub fn machine(moment: OffsetDateTime) -> String {
    moment
        .to_offset(UtcOffset::UTC)
        .format(&Rfc3339)
        .unwrap_or_default()
}

/// `3 min ago` or `in 2 h`; a date when it is more than 30 days away.
pub fn ago(moment: OffsetDateTime, now: OffsetDateTime) -> String {
    let seconds = (now - moment).whole_seconds();
    let (amount, unit) = match seconds.unsigned_abs() {
        0..45 if seconds >= 0 => return "just now".to_owned(),
        0..45 => return "in a moment".to_owned(),
        s @ 45..5_400 => ((s + 30) / 60, "min"),
        s @ 5_400..129_600 => ((s + 1_800) / 3_600, "h"),
        s @ 129_600..2_592_000 => ((s + 43_200) / 86_400, "d"),
        _ => return day(moment),
    };
    if seconds >= 0 {
        format!("{amount} {unit} ago")
    } else {
        format!("in {amount} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn moments_read_as_people_say_them() {
        let now = datetime!(2026-11-22 14:03:07 UTC);
        let read = |delta: i64| ago(now - Duration::seconds(delta), now);
        assert_eq!(
            [0, 50, 300, 7_200, 200_000].map(read),
            ["just now", "1 min ago", "5 min ago", "2 h ago", "2 d ago"]
        );
        assert_eq!(
            [-10, -300, -7_200, -5_000_000].map(read),
            ["in a moment", "in 5 min", "in 2 h", "19 Jan 2027"]
        );
        assert_eq!(
            utc(datetime!(2026-11-22 15:03:07 +1)),
            "22 Nov 2026, 14:03:07 UTC"
        );
    }
}
