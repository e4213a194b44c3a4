use toml::Spanned;

use super::headers::is_settable;
use super::parse::field_path;
use super::reconcile::parse_reconcile;
use super::subject::parse_subject;
use super::{Class, Operation};
use crate::answer::{FieldPath, FieldTree, GoesOn, Incremental, Pagination, ResultRule};
use crate::request::{Idempotency, KEY};
use crate::scan::parse_events;
use crate::source::raw::{
    RawIdempotency, RawIncremental, RawOperation, RawPagination, RawResult, Text,
};
use crate::source::{ManifestError, Source};
use crate::value::{Role, ValueType};

type Parsed<T> = Result<T, ManifestError>;

/// Adds what is said about an operation's answers and repetitions. It refers to the operation's own
/// arguments and fields, which are read first.
pub(super) fn add_rules(
    source: Source<'_>,
    written: &RawOperation,
    operation: &mut Operation,
) -> Parsed<()> {
    if let Some(raw) = &written.idempotency {
        operation.idempotency = parse_idempotency(source, raw, operation)?;
    } else if let Some(form) = operation.key_form() {
        operation.idempotency = Idempotency::Field { form };
    }
    if let Some(text) = written
        .response
        .as_ref()
        .and_then(|raw| raw.success.as_ref())
    {
        operation.success = Some(kept_path(source, text, operation)?);
    }
    if let Some(raw) = &written.pagination {
        operation.pagination = Some(parse_pagination(source, raw.get_ref(), operation)?);
        let other = raw.get_ref().operation.as_ref();
        operation.continued_by = other.map(|name| name.get_ref().clone());
    }
    if let Some(raw) = &written.incremental {
        operation.incremental = Some(parse_incremental(
            source,
            written,
            raw.get_ref(),
            operation,
        )?);
    }
    if let Some(raw) = &written.result {
        operation.result = Some(parse_result(source, raw.get_ref(), operation)?);
    }
    if let Some(raw) = &written.reconcile {
        if operation.class == Class::Read {
            return Err(source.at(raw, "only a write is reconciled"));
        }
        operation.reconcile = Some(parse_reconcile(source, raw, operation)?);
    }
    if let Some(name) = &written.subject {
        operation.subject = Some(parse_subject(source, name, operation)?);
    }
    for raw in written.events.iter().flatten() {
        let mapping = parse_events(source, raw, operation)?;
        operation.events.push(mapping);
    }
    Ok(())
}

/// A path that the operation's answer keeps as a scalar.
fn kept_path(source: Source<'_>, text: &Text, operation: &Operation) -> Parsed<FieldPath> {
    let path = field_path(source, text)?;
    match operation.response.at(&path) {
        Some(FieldTree::Scalar) => Ok(path),
        _ => Err(source.at(text, "not one of `response.fields`")),
    }
}

fn text_argument(source: Source<'_>, name: &Text, operation: &Operation) -> Parsed<String> {
    match operation.argument(name.get_ref()) {
        Some(ValueType::Text(_) | ValueType::Integer { .. } | ValueType::Moment) => {
            Ok(name.get_ref().clone())
        }
        _ => Err(source.at(name, "not a string or integer argument of the operation")),
    }
}

/// Where the answer says whether another page follows.
fn parse_goes_on(
    source: Source<'_>,
    raw: &RawPagination,
    operation: &Operation,
) -> Parsed<Option<GoesOn>> {
    let (text, when) = match (&raw.more, &raw.last) {
        (None, None) => return Ok(None),
        (Some(more), None) => (more, true),
        (None, Some(last)) => (last, false),
        (Some(_), Some(last)) => return Err(source.at(last, "either `more` or `last`")),
    };
    let field = kept_path(source, text, operation)?;
    if !field.is_single() {
        return Err(source.at(text, "one value says whether another page follows"));
    }
    Ok(Some(GoesOn { field, when }))
}

fn parse_pagination(
    source: Source<'_>,
    raw: &RawPagination,
    operation: &Operation,
) -> Parsed<Pagination> {
    let goes_on = parse_goes_on(source, raw, operation)?;
    if let Some(other) = &raw.operation
        && raw.kind.get_ref() != "cursor"
    {
        return Err(source.at(other, "only a cursor leads to another operation"));
    }
    match (
        raw.kind.get_ref().as_str(),
        (&raw.parameters, &raw.parameter),
        (&raw.field, &raw.items),
    ) {
        ("link", (Some(names), None), (None, None)) if !names.is_empty() && goes_on.is_none() => {
            let parameters = names
                .iter()
                .map(|name| text_argument(source, name, operation));
            Ok(Pagination::Link {
                parameters: parameters.collect::<Parsed<_>>()?,
            })
        }
        ("cursor", (None, Some(name)), (Some(field), None)) => Ok(Pagination::Cursor {
            parameter: match &raw.operation {
                // It is that one's argument, which is read by now or later.
                Some(_) => name.get_ref().clone(),
                None => text_argument(source, name, operation)?,
            },
            field: kept_path(source, field, operation)?,
            goes_on,
        }),
        ("offset", (None, Some(name)), (Some(field), Some(items))) => {
            let path = field_path(source, items)?;
            if !path.ends_in_items() || operation.response.at(&path).is_none() {
                return Err(source.at(items, "not a list that the answer keeps"));
            }
            Ok(Pagination::Offset {
                parameter: text_argument(source, name, operation)?,
                field: kept_path(source, field, operation)?,
                items: path,
                goes_on,
            })
        }
        _ => Err(source.at(
            &raw.kind,
            "pagination is `link` with `parameters`, `cursor` with `parameter` and `field`, or `offset` \
             with `parameter`, `field` and `items`",
        )),
    }
}

fn parse_incremental(
    source: Source<'_>,
    written: &RawOperation,
    raw: &RawIncremental,
    operation: &Operation,
) -> Parsed<Incremental> {
    let field = kept_path(source, &raw.field, operation)?;
    match (raw.kind.get_ref().as_str(), &raw.operation) {
        ("moment", None) => Ok(Incremental::Moment {
            parameter: text_argument(source, &raw.parameter, operation)?,
            field,
        }),
        ("cursor", None) => Ok(Incremental::Cursor {
            operation: None,
            parameter: text_argument(source, &raw.parameter, operation)?,
            field,
        }),
        ("cursor", Some(other)) => {
            let pages = written.pagination.as_ref().map(Spanned::get_ref);
            let same = |one: &Text, page: fn(&RawPagination) -> &Option<Text>| {
                let page = pages.and_then(|pages| page(pages).as_ref());
                page.is_some_and(|page| page.get_ref() == one.get_ref())
            };
            if !same(other, |pages| &pages.operation) {
                return Err(source.at(other, "not the operation that `pagination` goes on with"));
            }
            if !same(&raw.parameter, |pages| &pages.parameter) {
                let problem = "not the `parameter` of `pagination`, whose operation takes it";
                return Err(source.at(&raw.parameter, problem));
            }
            Ok(Incremental::Cursor {
                operation: Some(other.get_ref().clone()),
                parameter: raw.parameter.get_ref().clone(),
                field,
            })
        }
        (_, Some(other)) => Err(source.at(other, "only a cursor leads to another operation")),
        (_, None) => Err(source.at(
            &raw.kind,
            "what is new is asked for by a `moment` or a `cursor`",
        )),
    }
}

fn parse_idempotency(
    source: Source<'_>,
    raw: &Spanned<RawIdempotency>,
    operation: &Operation,
) -> Parsed<Idempotency> {
    let written = raw.get_ref();
    if operation.class == Class::Read {
        return Err(source.at(raw, "reads repeat anyway"));
    }
    match (
        written.kind.get_ref().as_str(),
        &written.header,
        &written.field,
        &written.template,
    ) {
        ("header", Some(header), None, None) => {
            let name = header.get_ref().to_ascii_lowercase();
            if !is_settable(&name) || operation.headers.contains_key(&name) {
                return Err(source.at(header, "not a header that an operation may add"));
            }
            Ok(Idempotency::Header { name })
        }
        ("marker", None, Some(field), Some(template)) => {
            let holds = operation
                .body
                .as_ref()
                .and_then(|body| body.get(field.get_ref()));
            match holds.map(|field| &field.role) {
                Some(Role::Argument {
                    kind: ValueType::Text(rule),
                    ..
                }) if rule.multiline => {}
                _ => return Err(source.at(field, "not a multiline string of `body`")),
            }
            let parts = template.get_ref().split_once(KEY);
            match parts {
                Some((before, after)) if before.trim().len() >= 4 && !after.contains('{') => {
                    Ok(Idempotency::Marker {
                        field: field.get_ref().clone(),
                        before: before.to_owned(),
                        after: after.to_owned(),
                    })
                }
                _ => Err(source.at(template, "a template is text, then {key}, then text")),
            }
        }
        _ => Err(source.at(
            raw,
            "idempotency is kind `header` with `header`, or `marker` with `field` and `template`",
        )),
    }
}

fn parse_result(source: Source<'_>, raw: &RawResult, operation: &Operation) -> Parsed<ResultRule> {
    let link = raw
        .link
        .as_ref()
        .map(|text| kept_path(source, text, operation))
        .transpose()?;
    Ok(ResultRule {
        link,
        id: kept_path(source, &raw.id, operation)?,
    })
}
