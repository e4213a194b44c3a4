use serde::Deserialize;

use crate::finding::Finding;

/// An exception: what was looked at by a person, and is meant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// The rule's name.
    pub rule: String,
    /// The object as a finding names it, such as `table public.countries`. `*` stands for any text.
    pub object: String,
    /// The one role that the finding may be about, where it is about roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Why it is meant.
    pub reason: String,
}

/// Why a file of exceptions was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AllowError {
    /// Not TOML, or with other keys.
    #[error("it is no list of [[allow]] with rule, object and reason")]
    Form(#[source] Box<toml::de::Error>),
    /// There is no rule of that name.
    #[error("exception {number} is from {rule:?}, and there is no such rule")]
    Rule {
        /// Which of the file's exceptions, from 1.
        number: usize,
        /// What stands there.
        rule: String,
    },
    /// Nobody could tell later why it is there.
    #[error("exception {number}, from {rule}, has no {missing}")]
    Empty {
        /// Which of the file's exceptions, from 1.
        number: usize,
        /// The rule.
        rule: String,
        /// The key without a text.
        missing: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    allow: Vec<Allow>,
}

/// Reads the exceptions of a TOML file.
pub fn read_allow_file(text: &str) -> Result<Vec<Allow>, AllowError> {
    let file: File = toml::from_str(text).map_err(|error| AllowError::Form(Box::new(error)))?;
    for (place, allow) in file.allow.iter().enumerate() {
        let (number, rule) = (place + 1, allow.rule.clone());
        if !crate::rules::exists(&rule) {
            return Err(AllowError::Rule { number, rule });
        }
        let texts = [("object", &allow.object), ("reason", &allow.reason)];
        if let Some((missing, _)) = texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(AllowError::Empty {
                number,
                rule,
                missing,
            });
        }
    }
    Ok(file.allow)
}

impl Allow {
    pub(crate) fn covers(&self, finding: &Finding) -> bool {
        self.rule == finding.rule
            && matches_pattern(&self.object, &finding.object.to_string())
            && self
                .role
                .as_ref()
                .is_none_or(|role| finding.roles == [role.as_str()])
    }
}

/// Whether the text is the pattern, with `*` for any text.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("table a.b", "table a.b", true),
            ("table a.b", "table a.bc", false),
            ("table a.*", "table a.b", true),
            ("*", "", true),
            ("policy * on a.b", "policy x on a.b", true),
            ("policy * on a.b", "policy x on a.bb", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "acb", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches_pattern(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_file_that_says_too_little_is_refused_with_what_is_missing() {
        let told = |text: &str| read_allow_file(text).unwrap_err().to_string();
        let whole = "[[allow]]\nrule = 'rls.no_policy'\nobject = 'table a.b'\nreason = 'empty'\n";
        assert_eq!(read_allow_file(whole).unwrap().len(), 1);
        assert!(read_allow_file("").unwrap().is_empty());
        assert!(told(&whole.replace("no_policy", "no_polic")).contains("no such rule"));
        assert!(told(&whole.replace("'empty'", "' '")).contains("has no reason"));
        for wrong in [
            &whole.replace("reason = 'empty'\n", ""),
            &format!("{whole}until = 'never'\n"),
            &whole.replace("[[allow]]", "[allow"),
            &whole.replace("[[allow]]", "[[allows]]"),
        ] {
            assert!(told(wrong).contains("[[allow]]"), "{wrong}");
        }
    }
}
