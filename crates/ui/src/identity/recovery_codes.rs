use askama::Template;
use kernel::Secret;

use crate::Page;

/// Recovery codes, shown once.
#[derive(Debug, Template)]
#[template(path = "identity/recovery_codes.html")]
pub struct RecoveryCodes {
    /// What every page shares.
    pub page: Page,
    /// The codes.
    pub codes: Vec<Secret<String>>,
    /// Local path to go on to.
    pub next: String,
}

impl RecoveryCodes {
    /// One a line, for copying.
    fn text(&self) -> String {
        let lines: Vec<&str> = self
            .codes
            .iter()
            .map(|code| code.expose().as_str())
            .collect();
        lines.join("\n")
    }
}
