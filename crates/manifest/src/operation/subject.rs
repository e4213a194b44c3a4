use serde_json::Value;

use super::{Class, Operation};
use crate::request::Arguments;
use crate::source::raw::Text;
use crate::source::{ManifestError, Source};
use crate::value::ValueType;

/// The longest subject, in characters. A longer text is cut, and ends in `…`.
pub(crate) const MAX_SUBJECT_CHARACTERS: usize = 200;

/// The argument that tells one write of this operation from another in a list: one line of text.
pub(super) fn parse_subject(
    source: Source<'_>,
    name: &Text,
    operation: &Operation,
) -> Result<String, ManifestError> {
    if operation.class == Class::Read {
        return Err(source.at(name, "only a write is listed for people, by its subject"));
    }
    match operation.argument(name.get_ref()) {
        Some(ValueType::Text(rule)) if !rule.multiline => Ok(name.get_ref().clone()),
        _ => Err(source.at(name, "a subject is a string argument of one line")),
    }
}

impl Operation {
    /// What a write with these arguments is about, in one line of at most 200 characters; nothing
    /// where the manifest names no argument for it, or the call leaves it out.
    pub fn subject(&self, arguments: &Arguments) -> Option<String> {
        let Some(Value::String(text)) = arguments.get(self.subject.as_deref()?) else {
            return None;
        };
        if text.is_empty() {
            return None;
        }
        if text.chars().count() <= MAX_SUBJECT_CHARACTERS {
            return Some(text.clone());
        }
        let kept = text.chars().take(MAX_SUBJECT_CHARACTERS - 1);
        Some(kept.chain(['…']).collect())
    }
}
