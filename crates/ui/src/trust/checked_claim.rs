use super::Control;
use crate::component::Tone;

/// A claim of the catalogue with what checks it.
#[derive(Debug, Clone)]
pub struct CheckedClaim {
    /// Its identifier: `AC-01`.
    pub id: String,
    /// It, in one sentence.
    pub sentence: String,
    /// How much may be said of it as a whole.
    pub checked: ClaimChecked,
    /// Its controls; there is one at least.
    pub controls: Vec<Control>,
}

/// What the page says about a claim as a whole. Controls that look at parts of it never make it hold:
/// each of them is green for its own sentence (TR-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimChecked {
    /// A control covers all of it, and every control of it passes.
    Holds,
    /// Controls cover parts of it.
    Partly,
    /// A control covers all of it, and not every control of it passes.
    NotNow,
}

impl ClaimChecked {
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
