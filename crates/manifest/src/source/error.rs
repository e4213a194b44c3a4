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
pub(crate) struct Source<'a> {
    /// The file.
    pub(crate) own: &'a str,
    /// The other manifest that it takes its operations from: spans behind the file's end point into that.
    pub(crate) base: Option<Base<'a>>,
}

/// A manifest that another one takes its operations from.
#[derive(Clone, Copy)]
pub(crate) struct Base<'a> {
    /// Its text.
    pub(crate) text: &'a str,
    /// Where the file names it.
    pub(crate) named: (usize, usize),
}

impl Source<'_> {
    /// An error at `span`.
    pub(crate) fn error(self, span: Range<usize>, problem: impl Into<String>) -> ManifestError {
        let behind = self.own.len() + 1;
        if let Some(base) = self.base.filter(|_| span.start >= behind) {
            let there = Source {
                own: base.text,
                base: None,
            };
            let there = there.error(span.start - behind..span.end - behind, problem);
            let problem = format!("{} (in that manifest, line {})", there.problem, there.line);
            return self.error(base.named.0..base.named.1, problem);
        }
        let before = self.own.get(..span.start).unwrap_or(self.own);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let found = self
            .own
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

    /// What is written at `span`.
    pub(crate) fn written(&self, span: Range<usize>) -> &str {
        let behind = self.own.len() + 1;
        let text = match self.base.filter(|_| span.start >= behind) {
            Some(base) => base.text.get(span.start - behind..span.end - behind),
            None => self.own.get(span),
        };
        text.unwrap_or_default()
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
