//! PATCH (RFC 7644 3.5.2), on a resource as [`crate::read`] reads one; with what Entra ID and Okta send beyond
//! the RFC: operations in capitals, booleans as words, dotted and bracketed names in a value without a path,
//! and values of what to remove.

use scim_v2::filter::PatchPath;
use serde_json::Value;

use crate::ScimError;
use crate::apply::{Op, among, on_attribute, on_part};
use crate::attribute::Mutability;
use crate::path::{self, Place, Target, is_elsewhere};
use crate::schema::Resource;
use crate::values::get;

/// How many operations one request holds at most.
const MAX_OPERATIONS: usize = 1_000;
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Does what a request says to a resource, in its order. Nothing of `own` is of use where one fails.
pub fn patch(resource: Resource, own: &mut Value, body: &Value) -> Result<(), ScimError> {
    let syntax = |why: &str| ScimError::InvalidSyntax(why.to_owned());
    let schemas = get(body, "schemas").and_then(Value::as_array);
    let is_patch = schemas.is_some_and(|all| {
        all.iter().any(|one| {
            one.as_str()
                .is_some_and(|urn| urn.eq_ignore_ascii_case(PATCH_OP))
        })
    });
    if !is_patch {
        return Err(syntax("schemas does not name PatchOp"));
    }
    let operations = get(body, "Operations").and_then(Value::as_array);
    let operations = operations.ok_or_else(|| syntax("there are no Operations"))?;
    if operations.is_empty() || operations.len() > MAX_OPERATIONS {
        return Err(syntax("it takes 1 to 1000 Operations"));
    }
    for operation in operations {
        let op = get(operation, "op")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let op = match op.to_ascii_lowercase().as_str() {
            "add" => Op::Add,
            "remove" => Op::Remove,
            "replace" => Op::Replace,
            _ => return Err(syntax("op is none of add, remove and replace")),
        };
        let value = get(operation, "value").filter(|value| !value.is_null());
        match get(operation, "path")
            .and_then(Value::as_str)
            .filter(|path| !path.is_empty())
        {
            Some(path) => at(resource, own, op, path, value)?,
            None => without_path(resource, own, op, value)?,
        }
    }
    Ok(())
}

/// RFC 7644 3.5.2.1: each member of the value is an attribute. Okta names the id beside it.
fn without_path(
    resource: Resource,
    own: &mut Value,
    op: Op,
    value: Option<&Value>,
) -> Result<(), ScimError> {
    if op == Op::Remove {
        return Err(ScimError::NoTarget("remove needs a path".to_owned()));
    }
    let Some(Value::Object(members)) = value else {
        return Err(ScimError::InvalidSyntax(
            "without a path, value is an object".to_owned(),
        ));
    };
    for (name, value) in members {
        if is_elsewhere(resource, name) {
            continue;
        }
        if name.eq_ignore_ascii_case(resource.urn()) {
            if let Value::Object(inner) = value {
                for (name, value) in inner {
                    at(resource, own, op, name, Some(value))?;
                }
            }
            continue;
        }
        let attribute = resource.attribute(name);
        if attribute.is_some_and(|attribute| attribute.mutability == Mutability::ReadOnly) {
            continue;
        }
        at(resource, own, op, name, Some(value))?;
    }
    Ok(())
}

fn at(
    resource: Resource,
    own: &mut Value,
    op: Op,
    path: &str,
    value: Option<&Value>,
) -> Result<(), ScimError> {
    let Place::Known(parsed) = path::parse(resource, path)? else {
        return Ok(());
    };
    // No value, or null, is nothing: to replace by it is to remove.
    let op = if value.is_none() && op == Op::Replace {
        Op::Remove
    } else {
        op
    };
    if value.is_none() && op == Op::Add {
        return Err(ScimError::InvalidValue(format!(
            "{path}: there is no value"
        )));
    }
    let name = match &parsed {
        PatchPath::Attr(name) => name,
        PatchPath::Value(path) => &path.attr,
    };
    let target =
        Target::of(resource, name).ok_or_else(|| ScimError::InvalidPath(path.to_owned()))?;
    if target.attribute.mutability == Mutability::ReadOnly {
        return Err(ScimError::Mutability(path.to_owned()));
    }
    let Value::Object(own) = own else {
        return Err(ScimError::InvalidSyntax("it is no object".to_owned()));
    };
    match &parsed {
        PatchPath::Value(within) => among(own, op, (path, within), target.attribute, value),
        PatchPath::Attr(_) => match target.part {
            Some(part) => on_part(own, op, (path, target.attribute, part), value),
            None => on_attribute(own, op, target.attribute, value),
        },
    }
}

#[cfg(test)]
mod tests;
