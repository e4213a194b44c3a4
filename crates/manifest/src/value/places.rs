use serde_json::{Map, Value};

use super::{Field, Fields};
use crate::FieldPath;

impl Field {
    /// Where in a body the field of this name stands: below its own name, unless it says otherwise.
    pub(crate) fn place(&self, name: &str) -> FieldPath {
        self.at.clone().unwrap_or_else(|| FieldPath::of_key(name))
    }
}

impl Fields {
    /// The body that holds each value of `flat` at its field's place.
    pub(crate) fn assemble(&self, flat: Map<String, Value>) -> Value {
        let mut body = Value::Object(Map::new());
        for (name, value) in flat {
            if let Some(field) = self.get(&name) {
                field.place(&name).put(&mut body, value);
            }
        }
        body
    }

    /// The values that stand in `body` at the fields' places. What stands anywhere else is left out:
    /// whoever reads a request back assembles it again and compares.
    pub(crate) fn take_apart(&self, body: &Value) -> Map<String, Value> {
        let sent = self.iter().filter(|(_, field)| field.hole_of.is_none());
        let found = sent.filter_map(|(name, field)| {
            let value = field.place(name).only(body)?;
            Some((name.to_owned(), value.clone()))
        });
        found.collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Role;
    use super::*;

    fn fields() -> Fields {
        let field = |at: Option<&str>| Field {
            about: None,
            at: at.map(|at| FieldPath::parse(at).unwrap()),
            hole_of: None,
            default: None,
            role: Role::Fixed(json!(1)),
        };
        Fields(
            [
                ("summary".to_owned(), field(Some("fields.summary"))),
                ("project".to_owned(), field(Some("fields.project.key"))),
                ("mark".to_owned(), field(Some("properties[].value.id"))),
                ("mark_name".to_owned(), field(Some("properties[].key"))),
                ("a.b".to_owned(), field(None)),
            ]
            .into(),
        )
    }

    #[test]
    fn what_is_put_in_its_place_is_found_there() {
        let flat = json!({"summary": "s", "project": "P", "mark": "m", "mark_name": "n", "a.b": 1});
        let body = fields().assemble(flat.as_object().unwrap().clone());
        assert_eq!(
            body,
            json!({
                "fields": {"summary": "s", "project": {"key": "P"}},
                "properties": [{"key": "n", "value": {"id": "m"}}],
                "a.b": 1,
            })
        );
        assert_eq!(json!(fields().take_apart(&body)), flat);
    }

    #[test]
    fn a_list_of_two_has_no_one_place() {
        let body = json!({"properties": [{"key": "n"}, {"key": "o"}], "fields": []});
        assert_eq!(json!(fields().take_apart(&body)), json!({}));
    }
}
