use std::time::Duration;

/// An executable check of one claim against the running system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// `room.what`
    pub id: &'static str,
    /// The claim that it checks, such as `AC-01`.
    pub claim: &'static str,
    /// What a pass shows, in a sentence: no more than what the control looks at.
    pub says: &'static str,
    /// Whether that is the whole of the claim, and not a part of it.
    pub whole: bool,
    /// Evidence older than this is stale.
    pub fresh_for: Duration,
}

/// What one run of a control found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// What the control says holds; the text tells what was looked at.
    Pass(String),
    /// It does not; the text says where.
    Fail(String),
    /// The control could not look; the text says why.
    Error(String),
}
