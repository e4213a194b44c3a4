use time::macros::time;
use time::{Date, Duration, OffsetDateTime, Time, Weekday};

/// Half a year.
const WEEKS: i64 = 26;
const OPENS: Time = time!(9:00);
/// From nine to half past five.
pub(super) const DAY: i64 = 17 * HOUR / 2;
pub(super) const HOUR: i64 = 60 * 60;

/// Working time: seconds that count on weekdays between nine and half past five (UTC) alone.
#[derive(Debug)]
pub(super) struct Calendar {
    first: Date,
    /// How many seconds of work there are until the present.
    end: i64,
}

impl Calendar {
    /// The half year before `now`.
    pub(super) fn before(now: OffsetDateTime) -> Self {
        let now = now.to_offset(time::UtcOffset::UTC);
        // On a Monday, so that every week is a whole one.
        let monday = now.date() - Duration::days(now.weekday().number_days_from_monday().into());
        let first = monday - Duration::weeks(WEEKS);
        let weekdays = i64::from(now.weekday().number_days_from_monday()).min(5);
        let today = match now.weekday() {
            Weekday::Saturday | Weekday::Sunday => 0,
            _ => (now.time() - OPENS).whole_seconds().clamp(0, DAY),
        };
        Self {
            first,
            end: (WEEKS * 5 + weekdays) * DAY + today,
        }
    }

    /// The working second of the present.
    pub(super) const fn end(&self) -> i64 {
        self.end
    }

    /// The moment of a working second.
    pub(super) fn moment(&self, second: i64) -> OffsetDateTime {
        let (day, of_day) = (second.div_euclid(DAY), second.rem_euclid(DAY));
        let date = self.first + Duration::days(day.div_euclid(5) * 7 + day.rem_euclid(5));
        date.with_time(OPENS).assume_utc() + Duration::seconds(of_day)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn working_time_skips_nights_and_weekends() {
        let calendar = Calendar::before(datetime!(2026-09-16 12:00 UTC));
        assert_eq!(calendar.moment(0), datetime!(2026-03-16 09:00 UTC));
        assert_eq!(calendar.moment(DAY - 1), datetime!(2026-03-16 17:29:59 UTC));
        assert_eq!(calendar.moment(5 * DAY), datetime!(2026-03-23 09:00 UTC));
    }

    #[test]
    fn working_time_ends_at_the_present() {
        for (now, last) in [
            (
                datetime!(2026-09-16 12:00 UTC),
                datetime!(2026-09-16 12:00 UTC),
            ),
            (
                datetime!(2026-09-16 03:00 UTC),
                datetime!(2026-09-16 09:00 UTC),
            ),
            (
                datetime!(2026-09-20 12:00 UTC),
                datetime!(2026-09-21 09:00 UTC),
            ),
        ] {
            let calendar = Calendar::before(now);
            assert_eq!(calendar.moment(calendar.end()), last);
            assert!(calendar.moment(calendar.end() - 1) < now);
        }
    }
}
