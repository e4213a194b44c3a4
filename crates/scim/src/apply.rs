//! What one operation of PATCH does to one attribute (RFC 7644 3.5.2.1 to 3.5.2.3).

use std::collections::{HashMap, HashSet};

use scim_v2::filter::{AttrExp, CompValue, CompareOp, PatchValuePath, ValFilter};
use serde_json::{Map, Value};

use crate::ScimError;
use crate::attribute::{Attribute, Mutability, find};
use crate::filter::{check_parts, element_holds};
use crate::values::{get, take};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Remove,
    Replace,
}

/// To a whole attribute.
pub(crate) fn on_attribute(
    own: &mut Map<String, Value>,
    op: Op,
    attribute: &'static Attribute,
    value: Option<&Value>,
) -> Result<(), ScimError> {
    let name = attribute.name;
    let Some(value) = value else {
        own.remove(name);
        return Ok(());
    };
    let mut value = take(attribute, value)?;
    match (op, own.get_mut(name)) {
        (Op::Remove, Some(Value::Array(present))) => {
            let gone = value.as_array().cloned().unwrap_or_default();
            let gone: HashSet<String> = gone.iter().map(which).collect();
            present.retain(|one| !gone.contains(&which(one)));
        }
        (Op::Remove, _) => {
            own.remove(name);
        }
        (Op::Add, Some(Value::Array(present))) => {
            let coming = value.as_array_mut().map(std::mem::take).unwrap_or_default();
            join(present, coming);
        }
        // Of a complex attribute the parts that are not named stay (RFC 7644 3.5.2.3).
        (_, Some(Value::Object(present))) => {
            if let Value::Object(parts) = value {
                present.extend(parts);
            }
        }
        _ => {
            own.insert(name.to_owned(), value);
        }
    }
    Ok(())
}

/// Adds values that are not there yet. One that comes as the primary one is it from then on (RFC 7644 3.5.2).
///
/// Thousands come at once: each is looked up, and not looked for.
fn join(present: &mut Vec<Value>, coming: Vec<Value>) {
    let mut places: HashMap<String, usize> = present.iter().map(which).zip(0..).collect();
    let mut primary: Vec<usize> = (0..present.len())
        .filter(|at| is_primary(&present[*at]))
        .collect();
    for one in coming {
        let is_primary = is_primary(&one);
        let at = *places.entry(which(&one)).or_insert(present.len());
        match present.get_mut(at) {
            Some(there) => *there = one,
            None => present.push(one),
        }
        if is_primary {
            for other in primary.drain(..).filter(|other| *other != at) {
                if let Some(other) = present.get_mut(other).and_then(Value::as_object_mut) {
                    other.insert("primary".to_owned(), Value::Bool(false));
                }
            }
            primary.push(at);
        }
    }
}

fn is_primary(one: &Value) -> bool {
    get(one, "primary") == Some(&Value::Bool(true))
}

/// What tells a value of an attribute of many from the others: its `value`, where it has one.
fn which(one: &Value) -> String {
    get(one, "value").unwrap_or(one).to_string()
}

/// To a part of an attribute.
pub(crate) fn on_part(
    own: &mut Map<String, Value>,
    op: Op,
    (path, attribute, part): (&str, &'static Attribute, &'static Attribute),
    value: Option<&Value>,
) -> Result<(), ScimError> {
    if part.mutability != Mutability::ReadWrite {
        return Err(ScimError::Mutability(path.to_owned()));
    }
    let value = value.map(|value| take(part, value)).transpose()?;
    let value = if op == Op::Remove { None } else { value };
    if attribute.is_multi {
        // Of each value; where there is none, none is made up.
        for element in own
            .get_mut(attribute.name)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            set(element, part, value.clone());
        }
        return Ok(());
    }
    let whole = own
        .entry(attribute.name)
        .or_insert_with(|| Value::Object(Map::new()));
    set(whole, part, value);
    Ok(())
}

fn set(whole: &mut Value, part: &Attribute, value: Option<Value>) {
    if let Value::Object(whole) = whole {
        match value {
            Some(value) => whole.insert(part.name.to_owned(), value),
            None => whole.remove(part.name),
        };
    }
}

/// What a path with a filter means: `emails[type eq "work"].value`, `members[value eq "…"]`.
pub(crate) fn among(
    own: &mut Map<String, Value>,
    op: Op,
    (path, within): (&str, &PatchValuePath),
    attribute: &'static Attribute,
    value: Option<&Value>,
) -> Result<(), ScimError> {
    let parts = attribute.parts();
    if !attribute.is_multi || parts.is_empty() {
        return Err(ScimError::InvalidPath(path.to_owned()));
    }
    check_parts(parts, &within.filter).map_err(|_| ScimError::InvalidPath(path.to_owned()))?;
    let part = match &within.sub_attr {
        Some(name) => {
            Some(find(parts, name).ok_or_else(|| ScimError::InvalidPath(path.to_owned()))?)
        }
        None => None,
    };
    let all = own
        .entry(attribute.name)
        .or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(all) = all else {
        return Err(ScimError::InvalidPath(path.to_owned()));
    };
    let is_meant = |one: &Value| element_holds(parts, &within.filter, one);
    if op == Op::Remove && part.is_none() {
        // One that has gone already is gone.
        all.retain(|one| !is_meant(one));
        return Ok(());
    }
    if part.is_some_and(|part| part.mutability != Mutability::ReadWrite) {
        return Err(ScimError::Mutability(path.to_owned()));
    }
    if !all.iter().any(is_meant) {
        match op {
            Op::Remove => return Ok(()),
            Op::Replace => return Err(ScimError::NoTarget(path.to_owned())),
            Op::Add => all.push(Value::Object(described(parts, &within.filter))),
        }
    }
    for element in all.iter_mut().filter(|one| is_meant(one)) {
        match (part, value) {
            (Some(part), value) => {
                let value = value.map(|value| take(part, value)).transpose()?;
                set(element, part, if op == Op::Remove { None } else { value });
            }
            (None, Some(value)) => merge(element, attribute, value)?,
            (None, None) => {}
        }
    }
    Ok(())
}

fn merge(
    element: &mut Value,
    attribute: &'static Attribute,
    value: &Value,
) -> Result<(), ScimError> {
    let Value::Array(mut taken) = take(attribute, value)? else {
        return Ok(());
    };
    if let (Some(Value::Object(parts)), Value::Object(element)) = (taken.pop(), element) {
        element.extend(parts);
    }
    Ok(())
}

/// The value that a filter describes, where it says what its parts equal: to add to `emails[type eq "work"]`,
/// of which there is none, makes one of that type, as Entra ID expects.
fn described(parts: &'static [Attribute], filter: &ValFilter) -> Map<String, Value> {
    let mut one = Map::new();
    let terms: Vec<&ValFilter> = match filter {
        ValFilter::And(all) => all.iter().collect(),
        other => vec![other],
    };
    for term in terms {
        let ValFilter::Attr(AttrExp::Comparison(path, CompareOp::Eq, with)) = term else {
            continue;
        };
        let value = match with {
            CompValue::Str(text) => Value::String(text.clone()),
            CompValue::True => Value::Bool(true),
            CompValue::False => Value::Bool(false),
            CompValue::Null | CompValue::Number(_) => continue,
        };
        if let Some(part) = find(parts, &path.name)
            && let Ok(value) = take(part, &value)
        {
            one.insert(part.name.to_owned(), value);
        }
    }
    one
}
