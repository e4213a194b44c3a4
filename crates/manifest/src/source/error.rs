use std::ops::Range;

use toml::Spanned;

/// What is wrong with a manifest, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: `{found}`: {problem}")]
pub struct ManifestError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The text at that place, cut at the end of its line.
    pub found: String,
    /// What is wrong, and what is allowed instead.
    pub problem: String,
}

/// The longest piece of the manifest that an error repeats, in characters.
const FOUND_LENGTH: usize = 60;

/// The text that spans point into.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a>(pub(crate) &'a str);

impl Source<'_> {
    /// An error at `span`.
    pub(crate) fn error(self, span: Range<usize>, problem: impl Into<String>) -> ManifestError {
        let before = self.0.get(..span.start).unwrap_or(self.0);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let found = self
            .0
            .get(span)
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default();
        ManifestError {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            found: found.chars().take(FOUND_LENGTH).collect(),
            problem: problem.into(),
        }
    }

    /// An error at a value.
    pub(crate) fn at<T>(self, value: &Spanned<T>, problem: impl Into<String>) -> ManifestError {
        self.error(value.span(), problem)
    }

    /// What the TOML reader complained about: bad syntax, an unknown or a missing key, a wrong type.
    pub(crate) fn syntax(self, error: &toml::de::Error) -> ManifestError {
        self.error(error.span().unwrap_or(0..0), error.message())
    }
}
