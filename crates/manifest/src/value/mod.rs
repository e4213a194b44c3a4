//! Small types for what goes into a request: every argument has one, and nothing undeclared fits.

mod check;
mod fields;
pub(crate) mod moment;
mod parse;
mod parse_statement;
mod places;
mod schema;
mod statement;
mod text;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::FieldPath;
use crate::request::KeyForm;

pub use check::ArgumentError;
pub(crate) use check::to_text;
pub(crate) use parse::{Place, parse_fields};
pub(crate) use schema::object;
pub use statement::Statement;
pub(crate) use text::{Pattern, TextRule};

/// What a value may be.
#[derive(Debug)]
pub enum ValueType {
    /// A string.
    Text(TextRule),
    /// An integer within both bounds. Written `40`: neither `"40"` nor `40.0` is one, so that two
    /// spellings of one request cannot have two meanings or two hashes.
    Integer {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A moment in UTC (RFC 3339), in its shortest spelling.
    Moment,
    /// `true` or `false`.
    Boolean,
    /// One of these strings.
    Choice(Vec<String>),
    /// Up to `max_items` of one type.
    List {
        /// The type of each.
        items: Box<ValueType>,
        /// The most there may be.
        max_items: usize,
    },
    /// An object of declared fields.
    Record(Fields),
}

/// Declared fields by name: of a body, of an object in it, of a query, of a path.
#[derive(Debug, Default)]
pub struct Fields(pub(crate) BTreeMap<String, Field>);

/// One declared field.
#[derive(Debug)]
pub struct Field {
    /// What it is, for the people and models that fill it in.
    pub about: Option<String>,
    /// Where in a body it stands, when that is not below its own name.
    pub(crate) at: Option<FieldPath>,
    /// The statement that it stands in, when it is not sent by itself.
    pub(crate) hole_of: Option<String>,
    /// What stands there when a call leaves it out.
    pub(crate) default: Option<Value>,
    /// Who decides its value.
    pub role: Role,
}

/// Who decides the value of a field.
#[derive(Debug)]
pub enum Role {
    /// The manifest: always sent, always this.
    Fixed(Value),
    /// The caller.
    Argument {
        /// What it may be.
        kind: ValueType,
        /// Whether the request needs it.
        required: bool,
    },
    /// Countersign: the key of the write, in this form.
    Key(KeyForm),
    /// The manifest, but for the holes.
    Statement(Statement),
    /// The app, when access was granted: the identifier of the connection's instance.
    InstanceId,
}

/// The longest name of a field, in bytes.
const MAX_NAME_LENGTH: usize = 64;

/// Whether `text` can name a hole of a path: what a programming language would take.
pub(crate) fn is_name(text: &str) -> bool {
    is_key(text) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether `text` can name a query key or a field of a body: `page[size]` is one.
pub(crate) fn is_key(text: &str) -> bool {
    (1..=MAX_NAME_LENGTH).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']'))
}

impl Fields {
    /// The fields, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.0.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.0.get(name)
    }

    /// The fields that hold the key of a write, and in which form.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, KeyForm)> {
        self.iter().filter_map(|(name, field)| match field.role {
            Role::Key(form) => Some((name, form)),
            Role::Fixed(_) | Role::Argument { .. } | Role::Statement(_) | Role::InstanceId => None,
        })
    }

    /// The type of the argument of this name.
    pub(crate) fn argument(&self, name: &str) -> Option<&ValueType> {
        match &self.0.get(name)?.role {
            Role::Argument { kind, .. } => Some(kind),
            Role::Fixed(_) | Role::Key(_) | Role::Statement(_) | Role::InstanceId => None,
        }
    }
}
