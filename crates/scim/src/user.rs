use serde_json::{Map, Value, json};

use crate::ScimError;
use crate::values::get;

/// A person, as a directory describes them.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// What the directory calls them.
    pub user_name: String,
    /// What it calls them for itself.
    pub external_id: Option<String>,
    /// Whether they are a member; where it is not said, whatever they are.
    pub active: Option<bool>,
    /// name, displayName and emails, as they were set.
    pub attributes: Value,
}

/// Which of the things that a directory says is the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The primary one of the emails, or the first.
    Email(String),
    /// There are no emails: what the person is called may be one.
    UserName(String),
}

/// What of a user is kept as it was set.
const KEPT: [&str; 3] = ["name", "displayName", "emails"];

impl User {
    /// Reads a user of a resource that [`crate::read`] has read.
    pub fn of(own: &Value) -> Result<Self, ScimError> {
        let user_name = get(own, "userName").and_then(Value::as_str).map(str::trim);
        let Some(user_name) = user_name.filter(|name| !name.is_empty()) else {
            return Err(ScimError::InvalidValue("userName is missing".to_owned()));
        };
        if primaries(own) > 1 {
            let several = "more than one of the emails is the primary one".to_owned();
            return Err(ScimError::InvalidValue(several));
        }
        let mut attributes = Map::new();
        for name in KEPT {
            if let Some(value) = get(own, name).filter(|value| !is_empty(value)) {
                attributes.insert(name.to_owned(), value.clone());
            }
        }
        let external_id = get(own, "externalId").and_then(Value::as_str);
        Ok(Self {
            user_name: user_name.to_owned(),
            external_id: external_id.filter(|id| !id.is_empty()).map(str::to_owned),
            active: get(own, "active").and_then(Value::as_bool),
            attributes: Value::Object(attributes),
        })
    }

    /// The same as a resource has it.
    pub fn to_value(&self) -> Value {
        let mut own = json!({ "userName": self.user_name });
        if let (Some(own), Value::Object(kept)) = (own.as_object_mut(), &self.attributes) {
            if let Some(id) = &self.external_id {
                own.insert("externalId".to_owned(), json!(id));
            }
            if let Some(active) = self.active {
                own.insert("active".to_owned(), json!(active));
            }
            own.extend(kept.clone());
        }
        own
    }

    /// The address to reach them at.
    pub fn address(&self) -> Address {
        let emails = get(&self.attributes, "emails").and_then(Value::as_array);
        let emails = emails.map(Vec::as_slice).unwrap_or_default();
        let is_primary = |one: &&Value| get(one, "primary") == Some(&Value::Bool(true));
        let one = emails.iter().find(is_primary).or_else(|| emails.first());
        match one
            .and_then(|one| get(one, "value"))
            .and_then(Value::as_str)
        {
            Some(address) => Address::Email(address.to_owned()),
            None => Address::UserName(self.user_name.clone()),
        }
    }

    /// What people call them: as the directory shows them, else by the parts of their name, else by what it
    /// calls them.
    pub fn shown(&self) -> String {
        let text = |value: Option<&Value>| {
            let text = value.and_then(Value::as_str).unwrap_or_default().trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let name = get(&self.attributes, "name");
        let part = |part: &str| text(name.and_then(|name| get(name, part)));
        let parts = || {
            let both: Vec<String> = ["givenName", "familyName"]
                .into_iter()
                .filter_map(part)
                .collect();
            (!both.is_empty()).then(|| both.join(" "))
        };
        let shown = text(get(&self.attributes, "displayName"))
            .or_else(|| part("formatted"))
            .or_else(parts);
        let shown = shown.unwrap_or_else(|| {
            let name = self.user_name.split('@').next().unwrap_or_default();
            if name.is_empty() {
                self.user_name.clone()
            } else {
                name.to_owned()
            }
        });
        shown.chars().take(100).collect()
    }
}

fn primaries(own: &Value) -> usize {
    let emails = get(own, "emails").and_then(Value::as_array);
    let is_primary = |one: &&Value| get(one, "primary") == Some(&Value::Bool(true));
    emails.map_or(0, |all| all.iter().filter(is_primary).count())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(all) => all.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        Value::String(text) => text.is_empty(),
        other => other.is_null(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Resource, read};

    fn user(mut body: Value) -> Result<User, ScimError> {
        body["schemas"] = json!([Resource::User.urn()]);
        User::of(&read(Resource::User, &body)?)
    }

    #[test]
    fn names_of_attributes_have_any_case_and_what_nobody_keeps_is_dropped() {
        let read = user(json!({
            "USERNAME": " bo@example.com ", "Active": "False", "password": "secret", "id": "usr_2",
            "Emails": [{ "Value": "bo@example.com", "Primary": "true", "colour": "red" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Sales" },
        }))
        .unwrap();
        assert_eq!(
            (read.user_name.as_str(), read.active),
            ("bo@example.com", Some(false))
        );
        assert_eq!(
            read.attributes,
            json!({ "emails": [{ "value": "bo@example.com", "primary": true }] })
        );
    }

    #[test]
    fn a_body_that_says_two_things_at_once_or_nothing_is_refused() {
        assert!(user(json!({ "userName": "a", "username": "b" })).is_err());
        for body in [
            json!({}),
            json!({ "userName": "" }),
            json!({ "userName": 1 }),
            json!({ "userName": "a\u{7}" }),
        ] {
            assert!(user(body.clone()).is_err(), "{body}");
        }
        assert!(
            read(Resource::User, &json!({ "userName": "a" })).is_err(),
            "no schemas"
        );
        let other = json!({ "userName": "a", "schemas": [Resource::Group.urn()] });
        assert!(read(Resource::User, &other).is_err());
        assert!(read(Resource::User, &json!([])).is_err());
    }

    #[test]
    fn the_address_is_the_primary_one_then_the_first_then_what_they_are_called() {
        let emails =
            json!([{ "value": "a@x.example" }, { "value": "b@x.example", "primary": true }]);
        let both = user(json!({ "userName": "bo", "emails": emails })).unwrap();
        assert_eq!(both.address(), Address::Email("b@x.example".to_owned()));
        let first =
            user(json!({ "userName": "bo", "emails": [{ "value": "a@x.example" }] })).unwrap();
        assert_eq!(first.address(), Address::Email("a@x.example".to_owned()));
        let none = user(json!({ "userName": "bo@x.example", "emails": [] })).unwrap();
        assert_eq!(none.address(), Address::UserName("bo@x.example".to_owned()));
    }

    #[test]
    fn people_are_called_as_the_directory_shows_them() {
        let shown = |body: Value| user(body).unwrap().shown();
        assert_eq!(shown(json!({ "userName": "bo@x.example" })), "bo");
        let parts = json!({ "givenName": "Bo", "familyName": "Ek" });
        assert_eq!(shown(json!({ "userName": "b", "name": parts })), "Bo Ek");
        assert_eq!(
            shown(json!({ "userName": "b", "name": { "formatted": "B. Ek" } })),
            "B. Ek"
        );
        assert_eq!(
            shown(json!({ "userName": "b", "displayName": " Bo " })),
            "Bo"
        );
    }
}
