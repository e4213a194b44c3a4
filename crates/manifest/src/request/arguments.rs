use crypto::canonical;
use serde_json::{Map, Value};

/// The arguments of one call: a JSON object that has exactly one meaning. Duplicate keys, integers
/// past 2^53 - 1 and deep nesting were refused.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments(Map<String, Value>);

/// The text or value is no set of arguments.
#[derive(Debug, thiserror::Error)]
pub enum ArgumentsError {
    /// Not JSON, or JSON that two readers may understand differently.
    #[error(transparent)]
    NotCanonical(#[from] canonical::CanonicalError),
    /// JSON, but no object.
    #[error("arguments are a JSON object")]
    NotAnObject,
    /// More text than any request may hold.
    #[error("arguments are larger than {MAX_SIZE} bytes")]
    TooLarge,
}

/// The longest text of arguments, in bytes.
const MAX_SIZE: usize = 2 * 1024 * 1024;

impl Arguments {
    /// Reads JSON text, as it came over the wire: once it is a map, duplicate keys are gone.
    ///
    /// # Errors
    /// [`ArgumentsError`] says why the text has no single meaning.
    pub fn parse(text: &[u8]) -> Result<Self, ArgumentsError> {
        if text.len() > MAX_SIZE {
            return Err(ArgumentsError::TooLarge);
        }
        match canonical::parse(text)? {
            Value::Object(arguments) => Ok(Self(arguments)),
            _ => Err(ArgumentsError::NotAnObject),
        }
    }

    /// Their canonical text (RFC 8785), which [`Arguments::parse`] reads back.
    ///
    /// # Errors
    /// None in practice: what was parsed has a canonical form.
    pub fn canonical(&self) -> Result<Vec<u8>, canonical::CanonicalError> {
        canonical::to_vec(&Value::Object(self.0.clone()))
    }

    /// The names of those that are given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The argument of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The same arguments with one more, or another value for one.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub(crate) const fn map(&self) -> &Map<String, Value> {
        &self.0
    }

    pub(crate) const fn from_map(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl TryFrom<&Value> for Arguments {
    type Error = ArgumentsError;

    /// Takes a value that somebody else parsed, under the same rules for numbers and depth.
    fn try_from(value: &Value) -> Result<Self, ArgumentsError> {
        // Through text: one reader decides, whichever way arguments come in.
        let text = serde_json::to_vec(value).map_err(canonical::CanonicalError::Refused)?;
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ambiguous_arguments_are_refused() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":1,"\u0062":2}}"#,
            r#"{"a":9007199254740992}"#,
            "[1]",
            "null",
            "{} {}",
            "{\"a\":\"\\ud800\"}",
        ] {
            assert!(Arguments::parse(text.as_bytes()).is_err(), "{text}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(99), "]".repeat(99));
        assert!(Arguments::parse(deep.as_bytes()).is_err());
        assert!(Arguments::try_from(&json!({"a": u64::MAX})).is_err());
        assert!(Arguments::parse(&vec![b' '; MAX_SIZE + 1]).is_err());
    }
}
