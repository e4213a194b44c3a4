use serde_json::{Map, Value};

use super::{ArgumentError, Fields, Role, ValueType};

impl Fields {
    /// Whether `given` holds every required argument, no undeclared one, each of its type.
    /// `name` is the place of the object in errors; empty at the top.
    pub(crate) fn check(
        &self,
        name: &str,
        given: &Map<String, Value>,
    ) -> Result<(), ArgumentError> {
        let place = |key: &str| {
            if name.is_empty() {
                key.to_owned()
            } else {
                format!("{name}.{key}")
            }
        };
        for (key, value) in given {
            match self.argument(key) {
                Some(kind) => kind.check(&place(key), value)?,
                None => return Err(ArgumentError::undeclared(place(key), self.arguments())),
            }
        }
        for (key, field) in &self.0 {
            if matches!(field.role, Role::Argument { required: true, .. })
                && !given.contains_key(key)
            {
                return Err(ArgumentError::new(place(key), "required"));
            }
        }
        Ok(())
    }

    /// The names of its arguments.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.iter().filter_map(|(name, field)| match field.role {
            Role::Argument { .. } => Some(name),
            Role::Fixed(_) | Role::Key(_) | Role::Statement(_) | Role::InstanceId => None,
        })
    }

    /// `given`, which was checked, and what the manifest fixes, down to the innermost object.
    pub(crate) fn with_fixed(&self, given: &Map<String, Value>) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, field) in &self.0 {
            match &field.role {
                Role::Fixed(value) => {
                    out.insert(key.clone(), value.clone());
                }
                Role::Argument { kind, .. } => {
                    if let Some(value) = given.get(key).or(field.default.as_ref()) {
                        out.insert(key.clone(), kind.with_fixed(value));
                    }
                }
                // Whoever knows the key or the instance, or fills the statement, puts it in.
                Role::Key(_) | Role::Statement(_) | Role::InstanceId => {}
            }
        }
        out
    }

    /// What of `sent` the caller gave. What the manifest fixes stays in when it is not as fixed,
    /// so that a check finds it.
    pub(crate) fn without_fixed(&self, sent: &Map<String, Value>) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, value) in sent {
            match self.0.get(key).map(|field| &field.role) {
                Some(Role::Fixed(fixed)) if fixed == value => {}
                Some(Role::Key(_) | Role::Statement(_) | Role::InstanceId) => {}
                Some(Role::Argument { kind, .. }) => {
                    out.insert(key.clone(), kind.without_fixed(value));
                }
                _ => {
                    out.insert(key.clone(), value.clone());
                }
            }
        }
        out
    }
}

impl ValueType {
    fn with_fixed(&self, value: &Value) -> Value {
        match (self, value) {
            (Self::Record(fields), Value::Object(given)) => Value::Object(fields.with_fixed(given)),
            (Self::List { items, .. }, Value::Array(given)) => {
                given.iter().map(|item| items.with_fixed(item)).collect()
            }
            _ => value.clone(),
        }
    }

    fn without_fixed(&self, value: &Value) -> Value {
        match (self, value) {
            (Self::Record(fields), Value::Object(sent)) => {
                Value::Object(fields.without_fixed(sent))
            }
            (Self::List { items, .. }, Value::Array(sent)) => {
                sent.iter().map(|item| items.without_fixed(item)).collect()
            }
            _ => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Field, TextRule};
    use super::*;

    fn fields() -> Fields {
        let text = || {
            ValueType::Text(TextRule {
                max_length: 9,
                multiline: false,
                pattern: None,
            })
        };
        let field = |role| Field {
            about: None,
            at: None,
            hole_of: None,
            default: None,
            role,
        };
        let argument = |kind, required| field(Role::Argument { kind, required });
        let inner = Fields(
            [
                ("pinned".to_owned(), field(Role::Fixed(json!(true)))),
                ("name".to_owned(), argument(text(), true)),
            ]
            .into(),
        );
        let list = ValueType::List {
            items: Box::new(ValueType::Record(inner)),
            max_items: 2,
        };
        Fields(
            [
                (
                    "count".to_owned(),
                    argument(ValueType::Integer { min: 1, max: 40 }, false),
                ),
                ("title".to_owned(), argument(text(), true)),
                ("parts".to_owned(), argument(list, false)),
            ]
            .into(),
        )
    }

    fn problem(given: Value) -> Option<String> {
        let Value::Object(given) = given else {
            unreachable!("tests give objects")
        };
        fields()
            .check("", &given)
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn twins_of_a_number_are_not_numbers() {
        assert_eq!(problem(json!({"title": "a", "count": 40})), None);
        for twin in [
            json!("40"),
            json!("40.0"),
            json!(40.0),
            json!(-0.0),
            json!(true),
            json!([40]),
        ] {
            assert!(
                problem(json!({"title": "a", "count": twin})).is_some(),
                "{twin}"
            );
        }
        assert_eq!(
            problem(json!({"title": "a", "count": 41})).as_deref(),
            Some("count: not within 1 and 40")
        );
    }

    #[test]
    fn undeclared_missing_and_mistyped_fields_are_named() {
        for (given, expected) in [
            (json!({}), "title: required"),
            (json!({"title": null}), "title: not a string"),
            (
                json!({"title": "a", "is_admin": true}),
                "is_admin: not declared; declared are count, parts, title",
            ),
            (
                json!({"title": "a", "parts": [{"name": "b"}, {}]}),
                "parts[1].name: required",
            ),
            (
                json!({"title": "a", "parts": [{"name": "b", "pinned": true}]}),
                "parts[0].pinned: not declared; declared are name",
            ),
            (
                json!({"title": "a", "parts": [{}, {}, {}]}),
                "parts: more than 2 items",
            ),
        ] {
            assert_eq!(problem(given).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_the_manifest_fixes_goes_in_and_comes_out_again() {
        let given = json!({"title": "a", "parts": [{"name": "b"}]});
        let sent = fields().with_fixed(given.as_object().unwrap());
        assert_eq!(
            json!(sent),
            json!({"title": "a", "parts": [{"name": "b", "pinned": true}]})
        );
        assert_eq!(json!(fields().without_fixed(&sent)), given);

        let forged = json!({"title": "a", "parts": [{"name": "b", "pinned": false}]});
        let back = fields().without_fixed(forged.as_object().unwrap());
        assert!(fields().check("", &back).is_err());
    }
}
