use time::OffsetDateTime;

use crate::component::Tone;

/// An executable check of a claim, or of a part of it.
#[derive(Debug, Clone)]
pub struct Control {
    /// Name of the check.
    pub name: String,
    /// What holds when it passes, in one sentence: no more than it looks at.
    pub says: String,
    /// Whether that is all of the claim, and not a part of it.
    pub whole: bool,
    /// Its last run; none if it never ran.
    pub evidence: Option<Evidence>,
}

/// The result of one run of a control.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// When it ran.
    pub checked_at: OffsetDateTime,
    /// Until when the result counts.
    pub fresh_until: OffsetDateTime,
    /// What it found.
    pub outcome: Outcome,
    /// What was looked at and seen; for a visitor's security team.
    pub text: String,
}

/// What a run of a control found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What the control says holds.
    Pass,
    /// It does not.
    Fail,
    /// The check itself did not work, so nobody knows.
    Error,
}

/// What the page says about a control. There is no way to `Pass` but through evidence that is fresh at
/// the moment of asking (TR-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Checked, fresh, and it holds.
    Pass,
    /// Checked, and it does not hold.
    Fail,
    /// The check did not work.
    Error,
    /// It held when it was checked; that was too long ago to count.
    Stale,
    /// Never checked.
    NeverRun,
}

impl Control {
    /// What may be said about it at `now`. A failure stays one however old it is.
    pub fn shown(&self, now: &OffsetDateTime) -> Shown {
        match &self.evidence {
            None => Shown::NeverRun,
            Some(evidence) => match evidence.outcome {
                Outcome::Fail => Shown::Fail,
                Outcome::Error => Shown::Error,
                // A result from the future is as good as none: a clock is wrong.
                Outcome::Pass if *now > evidence.fresh_until || evidence.checked_at > *now => {
                    Shown::Stale
                }
                Outcome::Pass => Shown::Pass,
            },
        }
    }
}

impl Shown {
    /// Its badge's colour.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Pass => Tone::Ok,
            Self::Fail => Tone::Bad,
            Self::Error | Self::Stale => Tone::Warn,
            Self::NeverRun => Tone::Mute,
        }
    }

    /// Its badge's text.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pass => "Holds",
            Self::Fail => "Fails",
            Self::Error => "Check broken",
            Self::Stale => "Stale",
            Self::NeverRun => "Never run",
        }
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

    fn control(outcome: Outcome, age: Duration) -> Control {
        let checked_at = NOW - age;
        Control {
            name: String::new(),
            says: String::new(),
            whole: false,
            evidence: Some(Evidence {
                checked_at,
                fresh_until: checked_at + Duration::HOUR,
                outcome,
                text: String::new(),
            }),
        }
    }

    #[test]
    fn nothing_is_green_without_fresh_evidence() {
        assert_eq!(
            control(Outcome::Pass, Duration::minutes(59)).shown(&NOW),
            Shown::Pass
        );
        assert_eq!(
            control(Outcome::Pass, Duration::minutes(61)).shown(&NOW),
            Shown::Stale
        );
        assert_eq!(
            control(Outcome::Pass, -Duration::minutes(5)).shown(&NOW),
            Shown::Stale
        );
        let never = Control {
            evidence: None,
            ..control(Outcome::Pass, Duration::ZERO)
        };
        assert_eq!(never.shown(&NOW), Shown::NeverRun);
        let green = [
            Shown::Pass,
            Shown::Fail,
            Shown::Error,
            Shown::Stale,
            Shown::NeverRun,
        ]
        .into_iter()
        .filter(|shown| shown.tone() == Tone::Ok)
        .collect::<Vec<_>>();
        assert_eq!(green, [Shown::Pass]);
    }

    #[test]
    fn a_failure_does_not_fade_with_time() {
        assert_eq!(
            control(Outcome::Fail, Duration::days(30)).shown(&NOW),
            Shown::Fail
        );
        assert_eq!(
            control(Outcome::Error, Duration::days(30)).shown(&NOW),
            Shown::Error
        );
    }
}
