use std::fmt;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

/// A moment as a page shows it, in UTC: for the machine, in full, and by its distance from now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) machine: String,
    pub(super) full: String,
    pub(super) age: Age,
}

/// How long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Age(Duration);

impl Moment {
    pub(super) fn new(at: OffsetDateTime, now: OffsetDateTime) -> Self {
        let full = format_description!(
            "[day padding:none] [month repr:short] [year], [hour]:[minute] UTC"
        );
        Self {
            machine: at.format(&Rfc3339).unwrap_or_default(),
            full: at.format(&full).unwrap_or_default(),
            age: Age((now - at).max(Duration::ZERO)),
        }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, hours, minutes) = (
            self.0.whole_days(),
            self.0.whole_hours(),
            self.0.whole_minutes(),
        );
        match (days, hours, minutes) {
            (_, _, 0) => f.write_str("now"),
            (_, 0, minutes) => write!(f, "{minutes} min"),
            (0, hours, _) => write!(f, "{hours} h"),
            (0..=59, ..) => write!(f, "{days} d"),
            _ => write!(f, "{} mo", days / 30),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_age_has_one_figure() {
        for (age, text) in [
            (Duration::seconds(59), "now"),
            (Duration::minutes(59), "59 min"),
            (Duration::hours(23), "23 h"),
            (Duration::days(59), "59 d"),
            (Duration::days(61), "2 mo"),
        ] {
            assert_eq!(Age(age).to_string(), text);
        }
    }

    #[test]
    fn a_moment_is_written_for_people_and_machines() {
        let at = datetime!(2026-03-02 09:05 UTC);
        let moment = Moment::new(at, at - Duration::HOUR);
        assert_eq!(moment.machine, "2026-03-02T09:05:00Z");
        assert_eq!(moment.full, "2 Mar 2026, 09:05 UTC");
        assert_eq!(moment.age.to_string(), "now");
    }
}
