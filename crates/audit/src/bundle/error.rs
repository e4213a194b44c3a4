use std::io;

use super::VERSION;
use crate::leaf::HashedRowError;

/// Why a bundle could not be read, and where.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BundleError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    #[source]
    pub problem: BundleProblem,
}

/// What is wrong with a line of a bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleProblem {
    /// The file could not be read.
    #[error("the bundle could not be read")]
    Io(#[source] io::Error),
    /// Longer than [`Limits::line_bytes`](super::Limits::line_bytes).
    #[error("longer than {0} bytes")]
    LineTooLong(u64),
    /// More than [`Limits::lines`](super::Limits::lines).
    #[error("more than {0} lines")]
    TooManyLines(u64),
    /// Not one of the lines that a bundle has.
    #[error("not a line of an audit bundle: {0}")]
    Malformed(#[source] serde_json::Error),
    /// The first line is of another format, or of a version that is not known here.
    #[error("not an audit bundle of version {VERSION}")]
    Format,
    /// An entry is no canonical entry.
    #[error(transparent)]
    Entry(#[from] HashedRowError),
    /// A leaf is missing, or out of order.
    #[error("expected {expected}")]
    Order {
        /// What should be here.
        expected: String,
    },
    /// The file ends early: it was cut.
    #[error("the bundle ends here without its end line: it was cut")]
    Cut,
    /// There are not as many rows as the end line says.
    #[error("the end line counts {counted} rows, and there are {found}")]
    Count {
        /// By the end line.
        counted: u64,
        /// In the bundle.
        found: u64,
    },
}

impl BundleProblem {
    /// A stable code, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "audit.bundle_unreadable",
            Self::LineTooLong(_) | Self::TooManyLines(_) => "audit.bundle_too_large",
            Self::Malformed(_) | Self::Order { .. } | Self::Count { .. } => {
                "audit.bundle_malformed"
            }
            Self::Format => "audit.bundle_format",
            Self::Entry(_) => "audit.bundle_entry",
            Self::Cut => "audit.bundle_cut",
        }
    }
}
