use reqwest::StatusCode;
use serde_json::Value;

/// Why a step did not hold.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// No answer.
    #[error("no answer from {0}")]
    Http(&'static str, #[source] reqwest::Error),
    /// Another answer than was expected.
    #[error("{what} answered {status}: {body}")]
    Status {
        /// The call.
        what: String,
        /// The status.
        status: StatusCode,
        /// The problem document.
        body: Value,
    },
    /// An answer without what was looked for.
    #[error("{0}")]
    Unexpected(String),
    /// The MCP client failed.
    #[error("the MCP client: {0}")]
    Mcp(String),
    /// A file could not be read or written, or a process not started.
    #[error("{0}")]
    Io(String, #[source] std::io::Error),
}

impl Problem {
    /// An answer without what was looked for.
    pub fn unexpected(text: impl Into<String>) -> Self {
        Self::Unexpected(text.into())
    }
}

/// The text of a field, or a problem that names it.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str, Problem> {
    value
        .get(field)
        .and_then(Value::as_str)
        .ok_or_else(|| Problem::unexpected(format!("there is no {field} in {value}")))
}
