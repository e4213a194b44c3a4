use serde_json::Value;
use toml::Spanned;

use super::parse::{Place, allow};
use super::{Field, Fields, Role, Statement, ValueType};
use crate::operation::field_path;
use crate::source::raw::{RawField, Table, Text};
use crate::source::{ManifestError, Source};

type Parsed<T> = Result<T, ManifestError>;

/// Each hole of a statement is an argument that names it, and each such argument is a hole.
pub(super) fn check_statements(
    source: Source<'_>,
    raw: &Table<RawField>,
    fields: &Fields,
) -> Parsed<()> {
    let statement_of = |name: &str| match fields.get(name).map(|field| &field.role) {
        Some(Role::Statement(statement)) => Some(statement),
        _ => None,
    };
    for (name, written) in raw {
        let written = written.get_ref();
        if let (Some(text), Some(statement)) = (&written.statement, statement_of(name.get_ref())) {
            let owns = |hole: &&str| {
                let field = fields.get(hole);
                field.is_some_and(|field| field.hole_of.as_deref() == Some(name.get_ref()))
            };
            if let Some(hole) = statement.holes().find(|hole| !owns(hole)) {
                let problem = format!("no argument `{hole}` says that it is a hole of this");
                return Err(source.at(text, problem));
            }
        }
        if let Some(of) = &written.hole_of {
            let statement = statement_of(of.get_ref());
            if !statement.is_some_and(|one| one.holes().any(|hole| hole == name.get_ref())) {
                return Err(source.at(of, "no statement of this name has such a hole"));
            }
        }
    }
    Ok(())
}

/// A statement: everything but its holes is the manifest's.
pub(super) fn parse_statement(
    source: Source<'_>,
    raw: &Spanned<RawField>,
    text: &Text,
    place: Place,
) -> Parsed<Field> {
    let field = raw.get_ref();
    allow(source, field, "a statement", &[])?;
    let more = [&field.r#type, &field.key, &field.hole_of];
    let other = field.fixed.is_some() || field.default.is_some() || field.instance_id.is_some();
    if more.into_iter().any(Option::is_some) || other {
        let problem = "a field has one of `type`, `fixed`, `key`, `statement` and `instance_id`";
        return Err(source.at(raw, problem));
    }
    let at = match (&field.at, place) {
        (None, Place::Query | Place::Body) => None,
        (Some(path), Place::Body) => Some(field_path(source, path)?),
        _ => {
            return Err(source.at(
                text,
                "a statement stands in the query or at the top of a body",
            ));
        }
    };
    let statement = Statement::parse(text.get_ref());
    Ok(Field {
        about: field.about.clone(),
        at,
        hole_of: None,
        default: None,
        role: Role::Statement(statement.map_err(|error| source.at(text, error.to_string()))?),
    })
}

/// An argument that stands in a statement. It is required where nothing stands in for it.
pub(super) fn parse_hole(
    source: Source<'_>,
    field: &RawField,
    (statement, kind): (&Text, ValueType),
    place: Place,
) -> Parsed<Field> {
    if !matches!(place, Place::Query | Place::Body) {
        return Err(source.at(
            statement,
            "a statement stands in the query or at the top of a body",
        ));
    }
    if let Some(span) = field
        .at
        .as_ref()
        .map(Spanned::span)
        .or(field.required.as_ref().map(Spanned::span))
    {
        return Err(source.error(
            span,
            "it stands in its statement, and is required where it has no default",
        ));
    }
    // A text without a pattern is anything that anybody writes.
    let typed = match &kind {
        ValueType::Text(rule) => rule.pattern.is_some(),
        ValueType::Integer { .. } | ValueType::Moment | ValueType::Choice(_) => true,
        ValueType::Boolean | ValueType::List { .. } | ValueType::Record(_) => false,
    };
    if !typed {
        let problem =
            "in a statement stands an integer, a moment, an enum or a string with a pattern";
        return Err(source.at(statement, problem));
    }
    let role = Role::Argument {
        kind,
        required: field.default.is_none(),
    };
    let default = parse_default(source, field, &role, place)?;
    if let Some(text) = &field.default
        && super::statement::check(text.get_ref()).is_err()
    {
        return Err(source.at(text, "not a value that may stand there"));
    }
    Ok(Field {
        about: field.about.clone(),
        at: None,
        hole_of: Some(statement.get_ref().clone()),
        role,
        default,
    })
}

/// What is sent where a call leaves an argument out.
pub(super) fn parse_default(
    source: Source<'_>,
    field: &RawField,
    role: &Role,
    place: Place,
) -> Parsed<Option<Value>> {
    let Some(text) = &field.default else {
        return Ok(None);
    };
    let Role::Argument {
        kind,
        required: false,
    } = role
    else {
        return Err(source.at(
            text,
            "only an argument that a call may leave out has a default",
        ));
    };
    if !matches!(place, Place::Query | Place::Body) {
        return Err(source.at(
            text,
            "a default belongs to the query or to the top of a body",
        ));
    }
    let value = kind.read_text(text.get_ref());
    let good = value.filter(|value| kind.check("", value).is_ok());
    let good = good.ok_or_else(|| source.at(text, "not a value that may stand there"))?;
    Ok(Some(good))
}
