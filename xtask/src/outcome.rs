use std::fmt;

/// What a check found.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    check: &'static str,
    /// What was looked at.
    looked_at: String,
    problems: Vec<Problem>,
    /// Worth knowing, and no failure.
    notes: Vec<String>,
}

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// Where.
    pub(crate) at: String,
    /// Which rule it breaks.
    pub(crate) rule: String,
    /// What to do.
    pub(crate) instead: String,
}

impl Problem {
    /// A broken rule, and what to do instead.
    pub(crate) fn new(
        at: impl Into<String>,
        rule: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            at: at.into(),
            rule: rule.into(),
            instead: instead.into(),
        }
    }
}

impl Outcome {
    /// The outcome of `check`.
    pub(crate) fn new(check: &'static str, looked_at: String, mut problems: Vec<Problem>) -> Self {
        problems.sort();
        Self {
            check,
            looked_at,
            problems,
            notes: Vec::new(),
        }
    }

    /// The same with notes.
    #[must_use]
    pub(crate) fn with_notes(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }

    /// Whether no rule is broken.
    pub(crate) const fn holds(&self) -> bool {
        self.problems.is_empty()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "{}: note: {note}", self.check)?;
        }
        for Problem { at, rule, instead } in &self.problems {
            writeln!(
                f,
                "{}: {at}\n    {rule}\n    instead: {instead}",
                self.check
            )?;
        }
        let verdict = match self.problems.len() {
            0 => "all hold".to_owned(),
            broken => format!("{broken} broken"),
        };
        writeln!(f, "{}: {}: {verdict}", self.check, self.looked_at)
    }
}
