use std::fmt;

use serde::{Deserialize, Serialize};

/// What a file is called, for people. Never part of a path of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileName(String);

/// The text is no name of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a name of a file")]
pub struct FileNameError;

const MAX_CHARACTERS: usize = 200;
/// What a file is called whose name has nothing to keep.
const NAMELESS: &str = "file";

impl FileName {
    /// What is left of any text: its last part, where it is a path, without characters that a file system, a header or
    /// a reader could misread (RFC 6266 4.3).
    pub fn of(text: &str) -> Self {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let kept: String = last.chars().filter(|c| is_kept(*c)).collect();
        // A leading dot hides a file, a trailing one or a space is dropped by some systems.
        let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
        let cut: String = kept.chars().take(MAX_CHARACTERS).collect();
        let cut = cut.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
        Self(if cut.is_empty() { NAMELESS } else { cut }.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// No control character, none that prints as nothing or turns the direction of text, and none that Windows forbids.
fn is_kept(c: char) -> bool {
    let hides = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    !c.is_control() && !hides && !matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*')
}

impl TryFrom<String> for FileName {
    type Error = FileNameError;

    fn try_from(text: String) -> Result<Self, FileNameError> {
        let name = Self::of(&text);
        if name.0 == text {
            Ok(name)
        } else {
            Err(FileNameError)
        }
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_file_system_or_a_header_could_misread_is_left_out() {
        for (text, name) in [
            ("orders.csv", "orders.csv"),
            ("Aufträge März.xes.gz", "Aufträge März.xes.gz"),
            ("../../etc/passwd", "passwd"),
            ("C:\\fakepath\\orders.csv", "orders.csv"),
            ("a\r\nX-Evil: 1\".csv", "aX-Evil 1.csv"),
            ("fdp.\u{202e}vsc", "fdp.vsc"),
            ("..", "file"),
            ("", "file"),
            ("dir/", "file"),
            (".htaccess", "htaccess"),
            ("a.csv. . ", "a.csv"),
        ] {
            assert_eq!(FileName::of(text).as_str(), name, "{text:?}");
        }
        assert_eq!(FileName::of(&"é".repeat(900)).as_str().chars().count(), 200);
    }

    proptest! {
        #[test]
        fn every_name_is_one_of_its_own(text in "\\PC{0,300}|.{0,50}") {
            let name = FileName::of(&text);
            prop_assert_eq!(FileName::of(name.as_str()), name.clone());
            prop_assert!((1..=200).contains(&name.as_str().chars().count()));
            prop_assert!(!name.as_str().contains(['/', '\\', '"', '\r', '\n', '\0']));
            let wire = serde_json::to_string(&name).unwrap();
            prop_assert_eq!(serde_json::from_str::<FileName>(&wire).unwrap(), name);
        }
    }

    #[test]
    fn a_name_that_is_none_is_refused_on_the_wire() {
        assert!(serde_json::from_str::<FileName>(r#""a/b""#).is_err());
    }
}
