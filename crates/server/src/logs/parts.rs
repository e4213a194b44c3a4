use std::fmt;

use tracing::field::{Field, Visit};

/// The message and fields of an event, each safe for a log.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) message: String,
    pub(super) fields: Vec<(&'static str, Value)>,
}

/// A field's value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
}

impl Parts {
    fn text(&mut self, field: &Field, text: &str) {
        match field.name() {
            "message" => self.message = shield::redact(text).into_owned(),
            // By its name as well: the value alone may not look like what it is.
            name => self
                .fields
                .push((name, Value::Text(redact_field(name, text)))),
        }
    }
}

/// The value of a field, as far as its name lets it be told.
fn redact_field(name: &str, text: &str) -> String {
    let pair = format!("{name}={text:?}");
    if shield::redact(&pair).starts_with(&format!("{name}=\"[redacted]\"")) {
        return "[redacted]".to_owned();
    }
    shield::redact(text).into_owned()
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, &format!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.text(field, &crate::exit::chain(value).join(": "));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.fields.push((field.name(), Value::Integer(value)));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields.push((
            field.name(),
            Value::Integer(i64::try_from(value).unwrap_or(i64::MAX)),
        ));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.fields.push((field.name(), Value::Flag(value)));
    }
}
