use time::OffsetDateTime;

use super::{Control, Shown};
use crate::component::Tone;

/// A claim of the catalogue with what checks it.
#[derive(Debug, Clone)]
pub struct CheckedClaim {
    /// Its identifier: `AC-01`.
    pub id: String,
    /// It, in one sentence.
    pub sentence: String,
    /// Its controls; there is one at least.
    pub controls: Vec<Control>,
}

/// What the page says about a claim as a whole. Controls that look at parts of it never make it hold:
/// each of them is green for its own sentence (TR-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimShown {
    /// A control covers all of it, and every control of it passes.
    Holds,
    /// Controls cover parts of it.
    Partly,
    /// A control covers all of it, and not every control of it passes.
    NotNow,
}

impl CheckedClaim {
    /// What may be said about it at `now`.
    pub fn shown(&self, now: &OffsetDateTime) -> ClaimShown {
        if !self.is_whole() {
            ClaimShown::Partly
        } else if self.controls.iter().all(|c| c.shown(now) == Shown::Pass) {
            ClaimShown::Holds
        } else {
            ClaimShown::NotNow
        }
    }

    /// Whether a control covers all of it.
    pub(super) fn is_whole(&self) -> bool {
        self.controls.iter().any(|control| control.whole)
    }
}

impl ClaimShown {
    /// Its badge's colour.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Holds => Tone::Ok,
            Self::Partly => Tone::Mute,
            Self::NotNow => Tone::Warn,
        }
    }

    /// Its badge's text.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Holds => "Holds",
            Self::Partly => "Partly checked",
            Self::NotNow => "Not shown to hold",
        }
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::trust::{Evidence, Outcome};

    fn control(whole: bool, outcome: Outcome) -> Control {
        Control {
            name: String::new(),
            says: String::new(),
            whole,
            evidence: Some(Evidence {
                checked_at: OffsetDateTime::UNIX_EPOCH,
                fresh_until: OffsetDateTime::UNIX_EPOCH + Duration::HOUR,
                outcome,
                text: String::new(),
            }),
        }
    }

    #[test]
    fn a_claim_is_green_only_where_a_control_covers_all_of_it() {
        let shown = |controls: &[(bool, Outcome)], age| {
            let controls = controls.iter().map(|(whole, o)| control(*whole, *o));
            let claim = CheckedClaim {
                id: String::new(),
                sentence: String::new(),
                controls: controls.collect(),
            };
            claim.shown(&(OffsetDateTime::UNIX_EPOCH + age))
        };
        let (part, whole) = ((false, Outcome::Pass), (true, Outcome::Pass));
        assert_eq!(shown(&[part, part], Duration::ZERO), ClaimShown::Partly);
        assert_eq!(shown(&[part, whole], Duration::ZERO), ClaimShown::Holds);
        assert_eq!(shown(&[part, whole], Duration::DAY), ClaimShown::NotNow);
        let failing = (false, Outcome::Fail);
        assert_eq!(shown(&[failing, whole], Duration::ZERO), ClaimShown::NotNow);
    }
}
