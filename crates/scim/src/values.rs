//! Resources as JSON: read by their schema, and written.

use serde_json::{Map, Value, json};

use crate::ScimError;
use crate::attribute::{Attribute, Kind, Mutability, find};
use crate::filter::truth;
use crate::path::is_elsewhere;
use crate::schema::Resource;

/// What a server says of a resource (RFC 7643 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// When it came to be, as RFC 3339 writes it.
    pub created: String,
    /// When it last changed.
    pub last_modified: String,
    /// Its address.
    pub location: String,
    /// Its entity tag.
    pub version: String,
}

/// How many values an attribute holds at most.
const MAX_VALUES: usize = 5_000;
/// Of a person's addresses, at most so many.
const MAX_ADDRESSES: usize = 20;

/// Reads a resource as a client sends it: attributes by their names whatever their case, values as their schema
/// has them. What the server says itself is left out, and what is kept by nobody here.
pub fn read(resource: Resource, body: &Value) -> Result<Value, ScimError> {
    let Value::Object(given) = body else {
        return Err(ScimError::InvalidSyntax("it is no object".to_owned()));
    };
    has_schema(resource, given)?;
    let mut own = Map::new();
    for (name, value) in given {
        if is_elsewhere(resource, name) {
            continue;
        }
        let Some(attribute) = resource.attribute(name) else {
            continue;
        };
        if attribute.mutability == Mutability::ReadOnly || value.is_null() {
            continue;
        }
        if own.contains_key(attribute.name) {
            let twice = format!("{} is there twice", attribute.name);
            return Err(ScimError::InvalidSyntax(twice));
        }
        let value = take(attribute, value)?;
        own.insert(attribute.name.to_owned(), value);
    }
    Ok(Value::Object(own))
}

/// RFC 7644 3.3: what it is, is said by the request.
fn has_schema(resource: Resource, given: &Map<String, Value>) -> Result<(), ScimError> {
    let named = given
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("schemas"));
    let is_named = named.is_some_and(|(_, value)| match value {
        Value::Array(all) => all.iter().any(|one| {
            one.as_str()
                .is_some_and(|urn| urn.eq_ignore_ascii_case(resource.urn()))
        }),
        _ => false,
    });
    if is_named {
        Ok(())
    } else {
        let wanted = format!("schemas does not name {}", resource.urn());
        Err(ScimError::InvalidSyntax(wanted))
    }
}

/// A value as its attribute has it. Of an attribute of many values, one value is as good as a list of it.
pub(crate) fn take(attribute: &Attribute, value: &Value) -> Result<Value, ScimError> {
    if !attribute.is_multi {
        return take_one(attribute, unwrapped(attribute, value));
    }
    let all = match value {
        Value::Array(all) => all.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let most = if attribute.name == "emails" {
        MAX_ADDRESSES
    } else {
        MAX_VALUES
    };
    if all.len() > most {
        let many = format!("{} has more than {most} values", attribute.name);
        return Err(ScimError::InvalidValue(many));
    }
    let all: Result<Vec<Value>, ScimError> = all
        .into_iter()
        .map(|one| take_one(attribute, one))
        .collect();
    Ok(Value::Array(all?))
}

/// Entra ID has sent one value as a list of an object of it.
fn unwrapped<'a>(attribute: &Attribute, value: &'a Value) -> &'a Value {
    match value {
        Value::Array(all) if all.len() == 1 && attribute.parts().is_empty() => all
            .first()
            .and_then(|one| get(one, "value"))
            .unwrap_or(value),
        _ => value,
    }
}

fn take_one(attribute: &Attribute, value: &Value) -> Result<Value, ScimError> {
    let wrong = |what: &str| ScimError::InvalidValue(format!("{} is {what}", attribute.name));
    match (attribute.kind, value) {
        (Kind::Boolean, Value::Bool(_)) => Ok(value.clone()),
        (Kind::Boolean, Value::String(word)) => truth(word)
            .map(Value::Bool)
            .ok_or_else(|| wrong("no boolean")),
        (Kind::Boolean, _) => Err(wrong("no boolean")),
        (Kind::Complex(parts), Value::Object(given)) => take_parts(parts, given),
        // A bare value, as some directories send members.
        (Kind::Complex(parts), Value::String(_)) if attribute.is_multi => {
            let mut one = Map::new();
            one.insert("value".to_owned(), value.clone());
            take_parts(parts, &one)
        }
        (Kind::Complex(_), _) => Err(wrong("no object")),
        (Kind::Text(most), Value::String(text)) => {
            if text.chars().count() > most || text.chars().any(char::is_control) {
                return Err(wrong(&format!(
                    "longer than {most} characters, or none that can be shown"
                )));
            }
            Ok(value.clone())
        }
        (Kind::Reference(_) | Kind::DateTime, Value::String(text)) if text.len() <= 1000 => {
            Ok(value.clone())
        }
        (Kind::Text(_) | Kind::Reference(_) | Kind::DateTime, _) => Err(wrong("no text")),
    }
}

fn take_parts(parts: &[Attribute], given: &Map<String, Value>) -> Result<Value, ScimError> {
    let mut own = Map::new();
    for (name, value) in given {
        if let Some(part) = find(parts, name)
            && part.mutability != Mutability::ReadOnly
            && !value.is_null()
        {
            own.insert(part.name.to_owned(), take_one(part, value)?);
        }
    }
    Ok(Value::Object(own))
}

/// A resource as a server sends it: what it holds, with what the server says of it.
pub fn resource(resource: Resource, id: &str, own: Value, meta: &Meta) -> Value {
    let mut whole = json!({ "schemas": [resource.urn()], "id": id });
    if let (Some(whole), Value::Object(own)) = (whole.as_object_mut(), own) {
        whole.extend(own);
        whole.insert(
            "meta".to_owned(),
            json!({
                "resourceType": resource.name(),
                "created": meta.created,
                "lastModified": meta.last_modified,
                "location": meta.location,
                "version": meta.version,
            }),
        );
    }
    whole
}

/// A member of an object whatever its case.
pub(crate) fn get<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object.get(name).or_else(|| {
        let mut members = object.iter();
        members
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}
