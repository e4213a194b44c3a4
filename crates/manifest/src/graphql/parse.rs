use toml::Spanned;

use super::document::{DOCUMENT, Document, QUERY, VARIABLES};
use super::read::{Kind, Read, Shape, Variable, Wrong, read};
use crate::FieldPath;
use crate::operation::Class;
use crate::source::raw::{RawGraphql, RawResponse, Text};
use crate::source::{ManifestError, Source};
use crate::value::{Field, Fields, Place, Role, ValueType, parse_fields};

type Parsed<T> = Result<T, ManifestError>;

/// Reads the document of an operation, and the body that sends it: the document, always the same, and
/// the variables, each a field of its own.
pub(crate) fn parse_graphql(
    source: Source<'_>,
    raw: &Spanned<RawGraphql>,
    class: Class,
) -> Parsed<(Document, Fields)> {
    let written = raw.get_ref();
    let text = &written.document;
    let read = read(text.get_ref()).map_err(|wrong| point(source, text, wrong))?;
    check_kind(source, text, class, &read)?;
    let mut fields = match &written.variables {
        Some(raw) => parse_fields(source, raw, Place::Variable)?,
        None => Fields::default(),
    };
    check_variables(source, written, &read, &fields)?;
    for (name, field) in &mut fields.0 {
        field.at = Some(FieldPath::of_key(VARIABLES).join(&FieldPath::of_key(name)));
    }
    let document = Document::new(text.get_ref(), read.selected.leaves);
    let pinned = Field {
        about: None,
        hole_of: None,
        default: None,
        at: Some(FieldPath::of_key(QUERY)),
        role: Role::Fixed(document.text().into()),
    };
    fields.0.insert(DOCUMENT.to_owned(), pinned);
    Ok((document, fields))
}

/// The error at its place in the document, where the manifest writes it without escapes.
fn point(source: Source<'_>, text: &Text, wrong: Wrong) -> ManifestError {
    let span = text.span();
    let written = source.written(span.clone());
    match written.find(text.get_ref().as_str()) {
        Some(begins) if !text.get_ref().is_empty() => {
            let at = span.start + begins;
            let place = at + wrong.place.start..at + wrong.place.end;
            source.error(place, wrong.problem)
        }
        _ => source.at(text, wrong.problem),
    }
}

fn check_kind(source: Source<'_>, text: &Text, class: Class, read: &Read) -> Parsed<()> {
    match (class, read.kind) {
        (Class::Read, Kind::Mutation) => Err(source.at(
            text,
            "a mutation changes something: it belongs to an operation of class `write`",
        )),
        (Class::Write, Kind::Query) => Err(source.at(
            text,
            "a query changes nothing: it belongs to an operation of class `read`",
        )),
        // GraphQL 6.2.2: each field at the root of a mutation is a write of its own.
        (Class::Write, Kind::Mutation) if read.roots != 1 => Err(source.at(
            text,
            "a person approves one write: a mutation has one field at its root",
        )),
        _ => Ok(()),
    }
}

/// The document and the manifest declare the same variables, of types that fit.
fn check_variables(
    source: Source<'_>,
    raw: &RawGraphql,
    read: &Read,
    fields: &Fields,
) -> Parsed<()> {
    for variable in &read.variables {
        let Some(field) = fields.get(&variable.name) else {
            let problem = format!("`{}` is not declared in `variables`", variable.name);
            return Err(at_variable(source, raw, variable, problem));
        };
        check_variable(variable, field)
            .map_err(|problem| at_variable(source, raw, variable, problem))?;
    }
    for (name, _) in raw.variables.iter().flatten() {
        if !read.variables.iter().any(|one| one.name == *name.get_ref()) {
            return Err(source.at(name, "the document has no such variable"));
        }
    }
    Ok(())
}

fn at_variable(
    source: Source<'_>,
    raw: &RawGraphql,
    variable: &Variable,
    problem: String,
) -> ManifestError {
    let place = variable.place.clone();
    point(source, &raw.document, Wrong { place, problem })
}

fn check_variable(variable: &Variable, field: &Field) -> Result<(), String> {
    let name = &variable.name;
    let fits = match &field.role {
        Role::Argument {
            required: false, ..
        } if variable.required => {
            return Err(format!("`{name}` is required here and not in `variables`"));
        }
        Role::Argument { kind, .. } => fits(&variable.kind, kind),
        Role::Fixed(value) => match &variable.kind {
            Shape::Text => value.is_string(),
            Shape::Integer => value.is_i64(),
            Shape::Boolean => value.is_boolean(),
            Shape::Other => true,
            Shape::Float | Shape::List(_) => false,
        },
        Role::Key(_) => matches!(variable.kind, Shape::Text | Shape::Other),
        Role::Statement(_) | Role::InstanceId => false,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("`{name}` has another type in `variables`"))
    }
}

fn fits(shape: &Shape, kind: &ValueType) -> bool {
    match (shape, kind) {
        (Shape::Text, ValueType::Text(_) | ValueType::Choice(_) | ValueType::Moment)
        | (Shape::Integer | Shape::Float, ValueType::Integer { .. })
        | (Shape::Boolean, ValueType::Boolean) => true,
        (Shape::List(of), ValueType::List { items, .. }) => fits(of, items),
        (Shape::Other, kind) => !matches!(kind, ValueType::List { .. }),
        _ => false,
    }
}

/// What a document asks for is what is kept of the answer (CO-04): a field that nobody keeps is not
/// requested, and one that is kept is.
pub(crate) fn check_answer(
    source: Source<'_>,
    raw: (&RawGraphql, Option<&RawResponse>),
    document: &Document,
) -> Parsed<()> {
    let (graphql, response) = raw;
    let fields = response.iter().flat_map(|raw| raw.fields.iter().flatten());
    let probes = response.iter().flat_map(|raw| raw.probe.iter().flatten());
    let mut left: Vec<&str> = document.asks.iter().map(String::as_str).collect();
    for text in fields.chain(probes) {
        let asked = text.get_ref().replace("[]", "");
        if !document.asks.contains(&asked) {
            return Err(source.at(text, "the document does not ask for it"));
        }
        left.retain(|path| *path != asked);
    }
    match left.first() {
        Some(path) => Err(source.at(
            &graphql.document,
            format!(
                "asks for `{path}`, which `response` does not keep: ask for nothing that is dropped"
            ),
        )),
        None => Ok(()),
    }
}
