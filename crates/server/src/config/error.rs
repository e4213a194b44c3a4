use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why there is no configuration to start with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {path} cannot be read", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not TOML, or has a key that does not exist; the text points at the line.
    #[error("the configuration file {path} does not hold:\n{problem}", path = path.display())]
    Syntax {
        /// Which.
        path: PathBuf,
        /// Where and what. Without the line itself where it could hold a secret.
        problem: String,
    },
    /// Values that do not hold, all at once.
    #[error("the configuration does not hold:\n{}", list(.0))]
    Problems(Vec<Problem>),
}

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// A stable code.
    pub code: &'static str,
    /// The key that it is about.
    pub key: &'static str,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub todo: String,
}

impl Problem {
    pub(super) fn new(
        code: &'static str,
        key: &'static str,
        problem: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self {
            code,
            key,
            problem: problem.into(),
            todo: todo.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} ({})\n  {}",
            self.key, self.problem, self.code, self.todo
        )
    }
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
