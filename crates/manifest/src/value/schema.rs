use serde_json::{Map, Value, json};

use super::{Fields, Role, ValueType};

impl Fields {
    /// The arguments as JSON Schema properties and the names of the required ones, for tools and
    /// forms. It describes; [`Fields::check`] decides.
    pub(crate) fn describe(&self, properties: &mut Map<String, Value>, required: &mut Vec<Value>) {
        for (name, field) in &self.0 {
            let Role::Argument {
                kind,
                required: needed,
            } = &field.role
            else {
                continue;
            };
            let mut schema = kind.schema();
            if let Some(about) = &field.about {
                schema.insert("description".to_owned(), about.clone().into());
            }
            properties.insert(name.clone(), Value::Object(schema));
            if *needed {
                required.push(name.clone().into());
            }
        }
    }

    /// The arguments as a JSON Schema (2020-12) object.
    pub(crate) fn schema(&self) -> Map<String, Value> {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        self.describe(&mut properties, &mut required);
        object(properties, required)
    }
}

/// A JSON Schema object that admits no other properties.
pub(crate) fn object(properties: Map<String, Value>, required: Vec<Value>) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("required".to_owned(), Value::Array(required));
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

impl ValueType {
    fn schema(&self) -> Map<String, Value> {
        let schema = match self {
            Self::Text(rule) => {
                let mut schema = json!({"type": "string", "maxLength": rule.max_length});
                if let Some(pattern) = &rule.pattern {
                    schema["pattern"] = format!("^(?:{})$", pattern.written).into();
                }
                schema
            }
            Self::Integer { min, max } => {
                json!({"type": "integer", "minimum": min, "maximum": max})
            }
            Self::Moment => json!({"type": "string", "format": "date-time"}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::Choice(values) => json!({"type": "string", "enum": values}),
            Self::List { items, max_items } => {
                json!({"type": "array", "items": items.schema(), "maxItems": max_items})
            }
            Self::Record(fields) => return fields.schema(),
        };
        schema.as_object().cloned().unwrap_or_default()
    }
}
