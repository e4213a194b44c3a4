//! The format of manifests as a JSON Schema (2020-12), made of the same shapes that read it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use toml::Spanned;

use super::raw::RawManifest;

/// A part of the format.
pub(crate) trait Shape {
    /// Whether it may be left out.
    const OPTIONAL: bool = false;

    /// Its schema. Tables that have a name are put into `known`, once, and referred to.
    fn shape(known: &mut Map<String, Value>) -> Value;
}

/// The format of a connector manifest, for editors and for whoever generates manifests. A manifest
/// that does not hold to it is not read; one that does may still be refused for what it means.
pub fn json_schema() -> Value {
    let mut known = Map::new();
    let Value::Object(root) = RawManifest::shape(&mut known) else {
        return Value::Null;
    };
    let mut schema = Map::new();
    schema.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    schema.insert(
        "title".to_owned(),
        "A connector manifest of Countersign".into(),
    );
    schema.extend(root);
    schema.insert("$defs".to_owned(), Value::Object(known));
    Value::Object(schema)
}

/// The schema of a table, being made.
#[derive(Default)]
pub(crate) struct Object {
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl Object {
    /// Adds a key: its name, what it is, and the words that it takes where it takes no others.
    pub(crate) fn add<T: Shape>(
        &mut self,
        known: &mut Map<String, Value>,
        (name, about, words): (&str, &str, &[&str]),
    ) {
        let name = name.trim_start_matches("r#");
        let mut schema = T::shape(known);
        schema["description"] = about.into();
        if !words.is_empty() {
            schema["enum"] = words.into();
        }
        self.properties.insert(name.to_owned(), schema);
        if !T::OPTIONAL {
            self.required.push(name.into());
        }
    }

    pub(crate) fn finish(self) -> Value {
        Value::Object(crate::value::object(self.properties, self.required))
    }
}

/// Refers to the table of this name, which is made when it is first met: tables nest in themselves.
pub(crate) fn reference(
    known: &mut Map<String, Value>,
    name: &str,
    object: fn(&mut Map<String, Value>) -> Value,
) -> Value {
    let name = name.trim_start_matches("Raw").to_lowercase();
    if !known.contains_key(&name) {
        known.insert(name.clone(), Value::Null);
        let made = object(known);
        known.insert(name.clone(), made);
    }
    json!({ "$ref": format!("#/$defs/{name}") })
}

impl Shape for String {
    fn shape(_: &mut Map<String, Value>) -> Value {
        json!({"type": "string"})
    }
}

impl Shape for bool {
    fn shape(_: &mut Map<String, Value>) -> Value {
        json!({"type": "boolean"})
    }
}

impl Shape for i64 {
    fn shape(_: &mut Map<String, Value>) -> Value {
        json!({"type": "integer"})
    }
}

/// What a field may be fixed to.
impl Shape for toml::Value {
    fn shape(_: &mut Map<String, Value>) -> Value {
        json!({
            "type": ["string", "integer", "boolean", "array"],
            "items": {"type": "string"},
        })
    }
}

impl<T: Shape> Shape for Spanned<T> {
    const OPTIONAL: bool = T::OPTIONAL;

    fn shape(known: &mut Map<String, Value>) -> Value {
        T::shape(known)
    }
}

impl<T: Shape> Shape for Box<T> {
    const OPTIONAL: bool = T::OPTIONAL;

    fn shape(known: &mut Map<String, Value>) -> Value {
        T::shape(known)
    }
}

impl<T: Shape> Shape for Option<T> {
    const OPTIONAL: bool = true;

    fn shape(known: &mut Map<String, Value>) -> Value {
        T::shape(known)
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn shape(known: &mut Map<String, Value>) -> Value {
        json!({"type": "array", "items": T::shape(known)})
    }
}

impl<K, T: Shape> Shape for BTreeMap<K, T> {
    fn shape(known: &mut Map<String, Value>) -> Value {
        json!({"type": "object", "additionalProperties": T::shape(known)})
    }
}
