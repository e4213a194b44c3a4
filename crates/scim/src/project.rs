use serde_json::{Map, Value};

use crate::attribute::{Attribute, find};
use crate::path::is_elsewhere;
use crate::schema::Resource;

/// Which attributes an answer has (RFC 7644 3.9).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projection {
    only: Option<Vec<Chosen>>,
    without: Vec<Chosen>,
}

/// An attribute, or a part of one, by name.
type Chosen = (&'static str, Option<&'static str>);

impl Projection {
    /// Reads `attributes` and `excludedAttributes`, each a list with commas. Names that no such resource has
    /// choose nothing; where both are there, the first one is what is meant.
    pub fn parse(resource: Resource, attributes: Option<&str>, excluded: Option<&str>) -> Self {
        let only = attributes
            .filter(|list| !list.trim().is_empty())
            .map(|list| chosen(resource, list));
        let without = match (&only, excluded) {
            (None, Some(list)) => chosen(resource, list),
            _ => Vec::new(),
        };
        Self { only, without }
    }

    /// Whether an answer has the attribute at all.
    pub fn has(&self, name: &str) -> bool {
        match &self.only {
            Some(only) => only.iter().any(|(own, _)| *own == name),
            None => !self.without.contains(&(name, None)),
        }
    }

    /// Leaves of a resource what was asked for, and what an answer always has.
    pub fn apply(&self, resource: Resource, whole: Value) -> Value {
        let Value::Object(whole) = whole else {
            return whole;
        };
        let kept = whole.into_iter().filter_map(|(name, value)| {
            let attribute = resource.attribute(&name)?;
            if attribute.is_always {
                return Some((name, value));
            }
            self.kept(attribute, value).map(|value| (name, value))
        });
        Value::Object(kept.collect())
    }

    fn kept(&self, attribute: &Attribute, value: Value) -> Option<Value> {
        let of = |list: &[Chosen]| -> Vec<Option<&'static str>> {
            let own = list.iter().filter(|(name, _)| *name == attribute.name);
            own.map(|(_, part)| *part).collect()
        };
        let (chosen, is_only) = match &self.only {
            Some(only) => (of(only), true),
            None => (of(&self.without), false),
        };
        if chosen.is_empty() || chosen.contains(&None) {
            return (chosen.is_empty() != is_only).then_some(value);
        }
        let parts: Vec<&str> = chosen.into_iter().flatten().collect();
        Some(trimmed(value, &|part| parts.contains(&part) == is_only))
    }
}

fn trimmed(value: Value, keeps: &dyn Fn(&str) -> bool) -> Value {
    match value {
        Value::Array(all) => all.into_iter().map(|one| trimmed(one, keeps)).collect(),
        Value::Object(parts) => {
            let parts: Map<String, Value> =
                parts.into_iter().filter(|(name, _)| keeps(name)).collect();
            Value::Object(parts)
        }
        other => other,
    }
}

fn chosen(resource: Resource, list: &str) -> Vec<Chosen> {
    let names = list.split(',').map(str::trim).take(100);
    let found = names.filter_map(|name| {
        if is_elsewhere(resource, name) {
            return None;
        }
        let prefix = name.get(..resource.urn().len());
        let name = match prefix {
            Some(urn) if urn.eq_ignore_ascii_case(resource.urn()) => {
                name.get(resource.urn().len()..)?.strip_prefix(':')?
            }
            _ => name,
        };
        let (name, part) = match name.split_once('.') {
            Some((name, part)) => (name, Some(part)),
            None => (name, None),
        };
        let attribute = resource.attribute(name)?;
        let part = match part {
            Some(part) => Some(find(attribute.parts(), part)?.name),
            None => None,
        };
        Some((attribute.name, part))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(attributes: Option<&str>, excluded: Option<&str>) -> Value {
        let whole = json!({
            "schemas": [Resource::User.urn()], "id": "usr_1", "userName": "bo", "active": true,
            "name": { "givenName": "Bo", "familyName": "Ek" },
            "emails": [{ "value": "a", "type": "work" }, { "value": "b", "type": "home" }],
            "meta": { "version": "x" },
        });
        let projection = Projection::parse(Resource::User, attributes, excluded);
        let mut shown = projection.apply(Resource::User, whole);
        // RFC 7643 3.1, 7.
        let always = shown.as_object_mut().unwrap();
        assert!(always.remove("schemas").is_some() && always.remove("id").is_some());
        shown
    }

    #[test]
    fn rfc_7644_3_9_an_answer_has_what_was_asked_for() {
        let urn = "urn:ietf:params:scim:schemas:core:2.0:User";
        assert_eq!(shown(Some("username"), None), json!({ "userName": "bo" }));
        assert_eq!(
            shown(Some(&format!("{urn}:active, name.givenName")), None),
            json!({ "active": true, "name": { "givenName": "Bo" } })
        );
        assert_eq!(
            shown(Some("emails.value"), Some("emails")),
            json!({ "emails": [{ "value": "a" }, { "value": "b" }] })
        );
        assert_eq!(
            shown(None, Some("name,emails.type,meta,id,schemas")),
            json!({ "userName": "bo", "active": true, "emails": [{ "value": "a" }, { "value": "b" }] })
        );
        assert_eq!(shown(Some("favouriteColour"), None), json!({}));
        assert_eq!(shown(None, Some("favouriteColour")), shown(None, None));
    }

    #[test]
    fn whether_members_are_read_at_all_is_known_before() {
        let has = |attributes, excluded| {
            Projection::parse(Resource::Group, attributes, excluded).has("members")
        };
        assert!(
            has(None, None) && has(Some("members.value"), None) && has(None, Some("displayName"))
        );
        assert!(!has(None, Some("members")) && !has(Some("displayName"), None));
    }
}
