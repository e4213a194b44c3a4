use scim_v2::filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter as Parsed, ValFilter};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::ScimError;
use crate::attribute::{Attribute, Kind, find};
use crate::path::Target;
use crate::schema::Resource;
use crate::values::get;

/// As long as a filter may be. It bounds depth and number of terms too, of which the parser's own limits are
/// 64 and 1024.
pub const MAX_FILTER_BYTES: usize = 2000;

/// A filter that every resource of a kind can be asked (RFC 7644 3.4.2.2).
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    pub(crate) resource: Resource,
    pub(crate) parsed: Parsed,
}

impl Filter {
    /// Reads a filter. One that names what no such resource has is none.
    pub fn parse(resource: Resource, text: &str) -> Result<Self, ScimError> {
        if text.len() > MAX_FILTER_BYTES {
            let wrong = format!("it has more than {MAX_FILTER_BYTES} bytes");
            return Err(ScimError::InvalidFilter(wrong));
        }
        let parsed: Parsed = text.parse().map_err(|_| {
            ScimError::InvalidFilter("it does not follow the grammar of RFC 7644".to_owned())
        })?;
        check(resource, &parsed)?;
        Ok(Self { resource, parsed })
    }

    /// Whether a resource is one that is asked for.
    pub fn matches(&self, value: &Value) -> bool {
        holds(self.resource, &self.parsed, value)
    }
}

fn check(resource: Resource, filter: &Parsed) -> Result<(), ScimError> {
    match filter {
        Parsed::Attr(one) => {
            let target = Target::of(resource, path_of(one)).ok_or_else(|| unknown(path_of(one)))?;
            comparable(one, target.leaf())
        }
        Parsed::ValuePath(path) => {
            let target = Target::of(resource, &path.attr).ok_or_else(|| unknown(&path.attr))?;
            if !target.attribute.is_multi || target.part.is_some() {
                return Err(unknown(&path.attr));
            }
            check_parts(target.attribute.parts(), &path.filter)
        }
        Parsed::Not(one) => check(resource, one),
        Parsed::And(all) | Parsed::Or(all) => all.iter().try_for_each(|one| check(resource, one)),
    }
}

/// The same of what stands in brackets, about the parts of one value.
pub(crate) fn check_parts(
    parts: &'static [Attribute],
    filter: &ValFilter,
) -> Result<(), ScimError> {
    match filter {
        ValFilter::Attr(one) => {
            let path = path_of(one);
            let part = find(parts, &path.name).filter(|_| path.sub_attr.is_none());
            comparable(one, Some(part.ok_or_else(|| unknown(path))?))
        }
        ValFilter::Not(one) => check_parts(parts, one),
        ValFilter::And(all) | ValFilter::Or(all) => {
            all.iter().try_for_each(|one| check_parts(parts, one))
        }
    }
}

const fn path_of(one: &AttrExp) -> &AttrPath {
    match one {
        AttrExp::Present(path) | AttrExp::Comparison(path, _, _) => path,
    }
}

fn unknown(path: &AttrPath) -> ScimError {
    ScimError::InvalidFilter(format!("there is no attribute {path}"))
}

/// Whether an attribute can be compared like that (RFC 7644 table 3). A boolean has no order.
fn comparable(one: &AttrExp, leaf: Option<&Attribute>) -> Result<(), ScimError> {
    let AttrExp::Comparison(path, operator, with) = one else {
        return Ok(());
    };
    let is_equality = matches!(operator, CompareOp::Eq | CompareOp::Ne);
    let fits = match (leaf.map(|leaf| leaf.kind), with) {
        (Some(_), CompValue::Null) | (Some(Kind::Boolean), CompValue::True | CompValue::False) => {
            is_equality
        }
        // Directories write booleans as words.
        (Some(Kind::Boolean), CompValue::Str(word)) => is_equality && truth(word).is_some(),
        (Some(Kind::DateTime), CompValue::Str(text)) => {
            (is_equality || is_order(operator)) && moment(text).is_some()
        }
        (Some(Kind::Text(_) | Kind::Reference(_)), CompValue::Str(_)) => true,
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(ScimError::InvalidFilter(format!(
            "{path} cannot be compared like this"
        )))
    }
}

const fn is_order(operator: &CompareOp) -> bool {
    matches!(
        operator,
        CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le
    )
}

fn holds(resource: Resource, filter: &Parsed, value: &Value) -> bool {
    match filter {
        Parsed::Attr(one) => Target::of(resource, path_of(one)).is_some_and(|target| {
            let values = values_of(value, target.attribute);
            match (target.part, target.leaf()) {
                (None, _) if matches!(one, AttrExp::Present(_)) => {
                    values.iter().any(|one| is_there(one))
                }
                (None, Some(leaf)) if !target.attribute.parts().is_empty() => {
                    part_holds(one, leaf, &values)
                }
                (None, Some(leaf)) => compare(one, leaf, &values),
                (Some(part), _) => part_holds(one, part, &values),
                (None, None) => false,
            }
        }),
        Parsed::ValuePath(path) => Target::of(resource, &path.attr).is_some_and(|target| {
            let values = values_of(value, target.attribute);
            let parts = target.attribute.parts();
            values
                .iter()
                .any(|one| element_holds(parts, &path.filter, one))
        }),
        Parsed::Not(one) => !holds(resource, one, value),
        Parsed::And(all) => all.iter().all(|one| holds(resource, one, value)),
        Parsed::Or(all) => all.iter().any(|one| holds(resource, one, value)),
    }
}

/// Whether one value of an attribute of many is one that is meant.
pub(crate) fn element_holds(
    parts: &'static [Attribute],
    filter: &ValFilter,
    element: &Value,
) -> bool {
    match filter {
        ValFilter::Attr(one) => {
            find(parts, &path_of(one).name).is_some_and(|part| part_holds(one, part, &[element]))
        }
        ValFilter::Not(one) => !element_holds(parts, one, element),
        ValFilter::And(all) => all.iter().all(|one| element_holds(parts, one, element)),
        ValFilter::Or(all) => all.iter().any(|one| element_holds(parts, one, element)),
    }
}

fn part_holds(one: &AttrExp, part: &Attribute, values: &[&Value]) -> bool {
    let parts: Vec<&Value> = values
        .iter()
        .filter_map(|value| get(value, part.name))
        .collect();
    compare(one, part, &parts)
}

fn values_of<'a>(value: &'a Value, attribute: &Attribute) -> Vec<&'a Value> {
    match get(value, attribute.name) {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(parts) => parts.values().any(is_there),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare(one: &AttrExp, leaf: &Attribute, values: &[&Value]) -> bool {
    let AttrExp::Comparison(_, operator, with) = one else {
        return values.iter().any(|value| is_there(value));
    };
    match (operator, with) {
        (CompareOp::Eq, CompValue::Null) => !values.iter().any(|value| is_there(value)),
        (CompareOp::Ne, CompValue::Null) => values.iter().any(|value| is_there(value)),
        // What is absent differs from everything.
        (CompareOp::Ne, _) => {
            values.is_empty()
                || values
                    .iter()
                    .any(|value| !is_so(&CompareOp::Eq, with, leaf, value))
        }
        _ => values
            .iter()
            .any(|value| is_so(operator, with, leaf, value)),
    }
}

fn is_so(operator: &CompareOp, with: &CompValue, leaf: &Attribute, value: &Value) -> bool {
    match (leaf.kind, value, with) {
        (Kind::Boolean, Value::Bool(own), CompValue::True) => *own,
        (Kind::Boolean, Value::Bool(own), CompValue::False) => !*own,
        (Kind::Boolean, Value::Bool(own), CompValue::Str(word)) => truth(word) == Some(*own),
        (Kind::DateTime, Value::String(own), CompValue::Str(asked)) => {
            match (moment(own), moment(asked)) {
                (Some(own), Some(asked)) => ordered(operator, &own, &asked),
                _ => false,
            }
        }
        (_, Value::String(own), CompValue::Str(asked)) if leaf.is_exact => {
            text(operator, own, asked)
        }
        (_, Value::String(own), CompValue::Str(asked)) => {
            text(operator, &own.to_lowercase(), &asked.to_lowercase())
        }
        _ => false,
    }
}

fn text(operator: &CompareOp, own: &str, asked: &str) -> bool {
    match operator {
        CompareOp::Co => own.contains(asked),
        CompareOp::Sw => own.starts_with(asked),
        CompareOp::Ew => own.ends_with(asked),
        _ => ordered(operator, &own, &asked),
    }
}

fn ordered<T: PartialOrd>(operator: &CompareOp, own: &T, asked: &T) -> bool {
    match operator {
        CompareOp::Eq => own == asked,
        CompareOp::Gt => own > asked,
        CompareOp::Ge => own >= asked,
        CompareOp::Lt => own < asked,
        CompareOp::Le => own <= asked,
        _ => false,
    }
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// A boolean, also written as a word: Entra ID sends `"True"`.
pub(crate) fn truth(word: &str) -> Option<bool> {
    if word.eq_ignore_ascii_case("true") {
        Some(true)
    } else if word.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
