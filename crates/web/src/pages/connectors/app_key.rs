use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use manifest::Class;

/// An app and what a connection to it is for, in a path: `tracker` to read, `tracker-write` to
/// write. Each purpose has a connection and a token of its own. No app's name ends in `-write`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AppKey {
    pub(super) app: String,
    pub(super) purpose: Class,
}

const WRITE: &str = "-write";

impl FromStr for AppKey {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_suffix(WRITE) {
            Some(app) => Self {
                app: app.to_owned(),
                purpose: Class::Write,
            },
            None => Self {
                app: text.to_owned(),
                purpose: Class::Read,
            },
        })
    }
}

impl fmt::Display for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = if self.purpose == Class::Write {
            WRITE
        } else {
            ""
        };
        write!(f, "{}{suffix}", self.app)
    }
}

/// The name of an app with what the connection is for.
pub(super) fn named(app: &str, purpose: Class) -> String {
    format!(
        "{app}, {}",
        ui::connectors::purpose(purpose == Class::Write)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_round_trips() {
        for text in ["tracker", "tracker-write"] {
            assert_eq!(text.parse::<AppKey>().unwrap().to_string(), text);
        }
    }
}
