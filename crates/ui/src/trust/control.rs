use time::OffsetDateTime;

use crate::component::Tone;

/// An executable check of a claim, or of a part of it.
#[derive(Debug, Clone)]
pub struct Control {
    /// Name of the check.
    pub name: String,
    /// What holds when it passes, in one sentence: no more than it looks at.
    pub says: String,
    /// What may be said of it now.
    pub standing: Standing,
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
    /// What was looked at and seen; for a visitor's security team.
    pub text: String,
}

/// What the page says about a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
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

impl Standing {
    pub(super) const ALL: [Self; 5] = [
        Self::Pass,
        Self::Fail,
        Self::Error,
        Self::Stale,
        Self::NeverRun,
    ];

    /// Its badge's colour. Nothing is green but what passed lately (TR-02).
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
