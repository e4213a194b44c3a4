use std::error::Error;
use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

/// What a command's exit status says. The same for every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Exit {
    /// Something was checked, and does not hold or is not there.
    CheckFailed,
    /// The command line or the configuration is wrong: try again after changing it.
    Usage,
    /// Something could not be reached or run.
    CannotRun,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// The error, then what caused it, and so on.
    pub(crate) chain: Vec<String>,
}

impl Exit {
    pub(crate) const fn status(self) -> u8 {
        match self {
            Self::CheckFailed => 1,
            Self::Usage => 2,
            Self::CannotRun => 3,
        }
    }
}

impl Failure {
    /// A failure with its chain of causes.
    pub(crate) fn new(exit: Exit, error: &(dyn Error + 'static)) -> Self {
        Self {
            exit,
            chain: chain(error),
        }
    }

    /// The command line or configuration is wrong.
    pub(crate) fn usage(error: impl Error + 'static) -> Self {
        Self::new(Exit::Usage, &error)
    }

    /// Something could not be reached or run.
    pub(crate) fn cannot_run(error: impl Error + 'static) -> Self {
        Self::new(Exit::CannotRun, &error)
    }

    /// Tells it on stderr.
    pub(crate) fn tell(&self) -> ExitCode {
        // Nobody is left to be told when stderr is closed.
        let _ = write!(std::io::stderr().lock(), "{self}");
        ExitCode::from(self.exit.status())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, text) in self.chain.iter().enumerate() {
            let label = if depth == 0 { "error: " } else { "because: " };
            let indent = " ".repeat(label.len());
            let text = shield::redact(text);
            let mut lines = text.trim_end().lines();
            writeln!(f, "{label}{}", lines.next().unwrap_or_default())?;
            for line in lines {
                writeln!(f, "{indent}{line}")?;
            }
        }
        Ok(())
    }
}

/// The messages of an error and its causes. A cause whose message its error already ends with is
/// left out: it says nothing new.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut chain = vec![message(error)];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = message(cause);
        if !chain.last().is_some_and(|last| last.ends_with(&text)) {
            chain.push(text);
        }
        next = cause.source();
    }
    chain
}

fn message(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<sqlx::Error>() {
        Some(error) => crate::logs::database_error(error),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the database did not start")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("no space is left")]
    struct Inner;

    #[test]
    fn an_error_is_told_with_its_causes() {
        let failure = Failure::cannot_run(Outer(Inner));
        assert_eq!(
            failure.to_string(),
            "error: the database did not start\nbecause: no space is left\n"
        );
        assert_eq!(failure.exit.status(), 3);
    }
}
