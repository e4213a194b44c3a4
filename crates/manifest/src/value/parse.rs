use std::collections::BTreeMap;

use serde_json::Value;
use toml::Spanned;

use super::parse_statement::{check_statements, parse_default, parse_hole, parse_statement};
use super::text::Pattern;
use super::{Field, Fields, Role, TextRule, ValueType, is_key};
use crate::answer::FieldTree;
use crate::operation::field_path;
use crate::request::KeyForm;
use crate::source::raw::{RawField, Table, Text};
use crate::source::{ManifestError, Source};

/// Where a field stands in a request, which decides what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A segment of the path: always given.
    Path,
    /// A value of the query.
    Query,
    /// At the top of a JSON body.
    Body,
    /// A variable of a GraphQL document.
    Variable,
    /// Inside an object or a list.
    Nested,
}

/// The longest string argument, in characters.
const MAX_LENGTH: i64 = 1_000_000;
/// The longest list argument.
const MAX_ITEMS: i64 = 10_000;
/// RFC 8785 appendix D, RFC 7493 2.2.
const MAX_INTEGER: i64 = (1 << 53) - 1;

type Parsed<T> = Result<T, ManifestError>;

/// Reads a table of fields.
pub(crate) fn parse_fields(
    source: Source<'_>,
    raw: &Table<RawField>,
    place: Place,
) -> Parsed<Fields> {
    let mut fields = BTreeMap::new();
    for (name, field) in raw {
        if !is_key(name.get_ref()) {
            return Err(source.at(name, "a name is letters, digits, _ - . [ ]"));
        }
        fields.insert(name.get_ref().clone(), parse_field(source, field, place)?);
    }
    let fields = Fields(fields);
    if place == Place::Body {
        check_places(source, raw, &fields)?;
    }
    check_statements(source, raw, &fields)?;
    Ok(fields)
}

/// One place in a body is one field's.
fn check_places(source: Source<'_>, raw: &Table<RawField>, fields: &Fields) -> Parsed<()> {
    let mut taken = FieldTree::nothing();
    for name in raw.keys() {
        let field = fields.get(name.get_ref());
        let sent = field.filter(|field| field.hole_of.is_none());
        let place = sent.map(|field| field.place(name.get_ref()));
        if place.is_some_and(|place| taken.keep(&place).is_err()) {
            return Err(source.at(name, "another field claims the same place in the body"));
        }
    }
    Ok(())
}

fn parse_field(source: Source<'_>, raw: &Spanned<RawField>, place: Place) -> Parsed<Field> {
    let field = raw.get_ref();
    if let Some(text) = &field.statement {
        return parse_statement(source, raw, text, place);
    }
    if let Some(flag) = &field.instance_id {
        return parse_instance_id(source, raw, flag, place);
    }
    let role = match (&field.fixed, &field.key, &field.r#type) {
        (Some(fixed), None, None) if place == Place::Path => {
            return Err(source.at(fixed, "write a fixed part of the path into `path` itself"));
        }
        (Some(fixed), None, None) => {
            allow(source, field, "a fixed field", &[])?;
            Role::Fixed(parse_fixed(source, fixed, place)?)
        }
        (None, Some(form), None) => {
            allow(source, field, "the key of a write", &[])?;
            Role::Key(parse_key(source, form, place)?)
        }
        (None, None, Some(_)) => {
            let required = field.required.as_ref().map(|flag| *flag.get_ref());
            if let (Place::Path, Some(flag)) = (place, &field.required) {
                return Err(source.at(flag, "a part of the path is always required"));
            }
            let required = place == Place::Path || required.unwrap_or(false);
            let kind = parse_type(source, raw, place)?;
            if let Some(statement) = &field.hole_of {
                return parse_hole(source, field, (statement, kind), place);
            }
            Role::Argument { kind, required }
        }
        _ => {
            let problem =
                "a field has one of `type`, `fixed`, `key`, `statement` and `instance_id`";
            return Err(source.at(raw, problem));
        }
    };
    if let Some(text) = field.hole_of.as_ref() {
        return Err(source.at(text, "what stands in a statement is an argument"));
    }
    let default = parse_default(source, field, &role, place)?;
    let at = match &field.at {
        Some(text) if place == Place::Body => Some(field_path(source, text)?),
        Some(text) => return Err(source.at(text, "only a field at the top of a body has `at`")),
        None => None,
    };
    Ok(Field {
        about: field.about.clone(),
        at,
        hole_of: None,
        default,
        role,
    })
}

/// The identifier of the connection's instance: the path alone holds it.
fn parse_instance_id(
    source: Source<'_>,
    raw: &Spanned<RawField>,
    flag: &Spanned<bool>,
    place: Place,
) -> Parsed<Field> {
    let field = raw.get_ref();
    allow(source, field, "the identifier of an instance", &[])?;
    let more = [&field.r#type, &field.key, &field.at, &field.default];
    if more
        .into_iter()
        .chain([&field.hole_of])
        .any(Option::is_some)
        || field.fixed.is_some()
    {
        let problem = "a field has one of `type`, `fixed`, `key`, `statement` and `instance_id`";
        return Err(source.at(raw, problem));
    }
    if !*flag.get_ref() || place != Place::Path {
        return Err(source.at(flag, "`instance_id = true` belongs to a part of the path"));
    }
    Ok(Field {
        about: field.about.clone(),
        at: None,
        hole_of: None,
        default: None,
        role: Role::InstanceId,
    })
}

fn parse_key(source: Source<'_>, form: &Text, place: Place) -> Parsed<KeyForm> {
    if matches!(place, Place::Query | Place::Nested) {
        return Err(source.at(
            form,
            "the key of a write stands in the path, or in the body at a place that `at` names",
        ));
    }
    KeyForm::parse(form.get_ref())
        .ok_or_else(|| source.at(form, "a key is written as `plain`, `uuid` or `hex`"))
}

/// The longest list that a manifest fixes.
const MAX_FIXED_ITEMS: usize = 32;

fn parse_fixed(source: Source<'_>, fixed: &Spanned<toml::Value>, place: Place) -> Parsed<Value> {
    match fixed.get_ref() {
        // In a query: the same key so often.
        toml::Value::Array(items)
            if matches!(place, Place::Query | Place::Body | Place::Nested)
                && (1..=MAX_FIXED_ITEMS).contains(&items.len())
                && items.iter().all(toml::Value::is_str) =>
        {
            Ok(items.iter().filter_map(toml::Value::as_str).collect())
        }
        toml::Value::String(text) => Ok(Value::from(text.as_str())),
        toml::Value::Boolean(flag) => Ok(Value::from(*flag)),
        toml::Value::Integer(number) if number.abs() <= MAX_INTEGER => Ok(Value::from(*number)),
        _ => Err(source.at(
            fixed,
            "`fixed` is a string, true or false, an integer to 2^53 - 1, or a list of strings in a \
             query or body",
        )),
    }
}

fn parse_type(source: Source<'_>, raw: &Spanned<RawField>, place: Place) -> Parsed<ValueType> {
    let field = raw.get_ref();
    let Some(kind) = &field.r#type else {
        return Err(source.at(raw, "`type` is missing"));
    };
    let nested = || {
        if matches!(place, Place::Body | Place::Variable | Place::Nested) {
            Ok(())
        } else {
            Err(source.at(kind, "only a body nests"))
        }
    };
    match kind.get_ref().as_str() {
        "string" => {
            allow(
                source,
                field,
                "a string",
                &["max_length", "pattern", "multiline"],
            )?;
            parse_text(source, raw).map(ValueType::Text)
        }
        "integer" => {
            allow(source, field, "an integer", &["min", "max"])?;
            let bounds = -MAX_INTEGER..=MAX_INTEGER;
            let min = number(source, field.min.as_ref(), -MAX_INTEGER, bounds.clone())?;
            let max = number(source, field.max.as_ref(), MAX_INTEGER, bounds)?;
            if min > max {
                return Err(source.at(raw, "`min` is above `max`"));
            }
            Ok(ValueType::Integer { min, max })
        }
        "moment" => {
            allow(source, field, "a moment", &[])?;
            Ok(ValueType::Moment)
        }
        "boolean" => {
            allow(source, field, "a boolean", &[])?;
            Ok(ValueType::Boolean)
        }
        "enum" => {
            allow(source, field, "an enum", &["values"])?;
            let values = field
                .values
                .as_ref()
                .filter(|values| !values.get_ref().is_empty());
            let values = values.ok_or_else(|| source.at(raw, "an enum has `values`"))?;
            Ok(ValueType::Choice(
                values
                    .get_ref()
                    .iter()
                    .map(|v| v.get_ref().clone())
                    .collect(),
            ))
        }
        "array" => {
            nested()?;
            allow(source, field, "an array", &["max_items", "items"])?;
            let (Some(items), Some(_)) = (&field.items, &field.max_items) else {
                return Err(source.at(raw, "an array has `items` and `max_items`"));
            };
            if let Some(flag) = &items.get_ref().required {
                return Err(source.at(flag, "items are neither required nor optional"));
            }
            if let Some(text) = (items.get_ref().at.as_ref())
                .or(items.get_ref().key.as_ref())
                .or(items.get_ref().hole_of.as_ref())
            {
                return Err(source.at(text, "items are given by the caller, each in its list"));
            }
            let items = Box::new(parse_type(source, items, Place::Nested)?);
            let max_items = number(source, field.max_items.as_ref(), 1, 1..=MAX_ITEMS)?;
            Ok(ValueType::List {
                items,
                max_items: usize::try_from(max_items).unwrap_or(1),
            })
        }
        "object" => {
            nested()?;
            allow(source, field, "an object", &["fields"])?;
            let fields = field.fields.as_ref();
            let fields = fields.ok_or_else(|| source.at(raw, "an object has `fields`"))?;
            parse_fields(source, fields.get_ref(), Place::Nested).map(ValueType::Record)
        }
        _ => Err(source.at(
            kind,
            "a type is string, integer, moment, boolean, enum, array or object",
        )),
    }
}

fn parse_text(source: Source<'_>, raw: &Spanned<RawField>) -> Parsed<TextRule> {
    let field = raw.get_ref();
    if field.max_length.is_none() {
        return Err(source.at(raw, "a string has `max_length`, in characters"));
    }
    let max_length = number(source, field.max_length.as_ref(), 1, 1..=MAX_LENGTH)?;
    let pattern = field
        .pattern
        .as_ref()
        .map(|written| Pattern::parse(written.get_ref()).map_err(|why| source.at(written, why)))
        .transpose()?;
    Ok(TextRule {
        max_length: usize::try_from(max_length).unwrap_or(1),
        multiline: field.multiline.as_ref().is_some_and(|flag| *flag.get_ref()),
        pattern,
    })
}

/// A number within `bounds`, or what stands for it when it is not written.
fn number(
    source: Source<'_>,
    written: Option<&Spanned<i64>>,
    otherwise: i64,
    bounds: std::ops::RangeInclusive<i64>,
) -> Parsed<i64> {
    let Some(written) = written else {
        return Ok(otherwise);
    };
    if bounds.contains(written.get_ref()) {
        return Ok(*written.get_ref());
    }
    Err(source.at(
        written,
        format!("not within {} and {}", bounds.start(), bounds.end()),
    ))
}

/// Refuses the keys that mean nothing for this kind of field.
pub(super) fn allow(
    source: Source<'_>,
    field: &RawField,
    kind: &str,
    allowed: &[&str],
) -> Parsed<()> {
    let written = [
        ("min", field.min.as_ref().map(Spanned::span)),
        ("max", field.max.as_ref().map(Spanned::span)),
        ("max_length", field.max_length.as_ref().map(Spanned::span)),
        ("pattern", field.pattern.as_ref().map(Spanned::span)),
        ("multiline", field.multiline.as_ref().map(Spanned::span)),
        ("values", field.values.as_ref().map(Spanned::span)),
        ("max_items", field.max_items.as_ref().map(Spanned::span)),
        ("items", field.items.as_ref().map(|items| items.span())),
        ("fields", field.fields.as_ref().map(Spanned::span)),
    ];
    for (key, span) in written {
        if let (Some(span), false) = (span, allowed.contains(&key)) {
            let rest = if allowed.is_empty() {
                "no further keys".to_owned()
            } else {
                format!("only {}", allowed.join(", "))
            };
            return Err(source.error(span, format!("{kind} has no `{key}`: {rest}")));
        }
    }
    let nobody_gives = field.fixed.is_some()
        || field.key.is_some()
        || field.statement.is_some()
        || field.instance_id.is_some();
    if nobody_gives && field.required.is_some() {
        let span = field.required.as_ref().map_or(0..0, Spanned::span);
        return Err(source.error(span, "a field that nobody gives is always sent"));
    }
    Ok(())
}
