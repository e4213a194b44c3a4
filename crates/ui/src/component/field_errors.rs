use std::collections::BTreeMap;

/// What is wrong with a form, by the name of the field. The empty name is the form as a whole.
#[derive(Debug, Clone, Default)]
pub struct FieldErrors(BTreeMap<&'static str, String>);

impl FieldErrors {
    /// The same with one more, which is shown as a sentence. A second error on a field replaces the first.
    #[must_use]
    pub fn with(mut self, field: &'static str, message: String) -> Self {
        self.0.insert(field, kernel::words::sentence(&message));
        self
    }

    /// The message for a field; empty when there is none.
    pub fn of(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
