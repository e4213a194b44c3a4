use std::collections::BTreeMap;

use toml::Spanned;

use super::events::{Activity, EventMapping, TimeForm};
use super::template::{Piece, Template};
use crate::FieldPath;
use crate::answer::FieldTree;
use crate::operation::{Class, Operation, field_path};
use crate::source::raw::{RawEvents, Text};
use crate::source::{ManifestError, Source};

type Parsed<T> = Result<T, ManifestError>;

/// What a mapping is checked against.
#[derive(Clone, Copy)]
struct Context<'a> {
    source: Source<'a>,
    operation: &'a Operation,
    each: &'a FieldPath,
}

/// Reads one mapping. Every path must be one that the answer keeps.
pub(crate) fn parse_events(
    source: Source<'_>,
    raw: &Spanned<RawEvents>,
    operation: &Operation,
) -> Parsed<EventMapping> {
    let written = raw.get_ref();
    if operation.class == Class::Write {
        return Err(source.at(raw, "a scan reads: a write gives no events"));
    }
    let each = FieldPath::parse(written.each.get_ref());
    let each = each.filter(|each| each.ends_in_items() || each.is_whole());
    let each = each.ok_or_else(|| {
        let problem = "a list ends in []; an answer that is one item is `.`";
        source.at(&written.each, problem)
    })?;
    let context = Context {
        source,
        operation,
        each: &each,
    };
    let time_form = match written.time_is.as_ref().map(|text| text.get_ref().as_str()) {
        None | Some("rfc3339") => TimeForm::Rfc3339,
        Some("unix_seconds") => TimeForm::UnixSeconds,
        Some("unix_milliseconds") => TimeForm::UnixMilliseconds,
        Some(_) => {
            let span = written.time_is.as_ref().map_or(0..0, Spanned::span);
            let problem = "a time is rfc3339, unix_seconds or unix_milliseconds";
            return Err(source.error(span, problem));
        }
    };
    let mapping = EventMapping {
        split: written
            .split
            .as_ref()
            .map(|text| context.list(text))
            .transpose()?,
        when: written
            .when
            .as_ref()
            .map(|text| context.item_field(text))
            .transpose()?,
        case: context.template(&written.case)?,
        id: written
            .id
            .as_ref()
            .map(|text| context.template(text))
            .transpose()?,
        activity: context.activity(raw)?,
        time: context.item_field(&written.time)?,
        time_form,
        resource: written
            .resource
            .as_ref()
            .map(|text| context.template(text))
            .transpose()?,
        each: each.clone(),
    };
    Ok(mapping)
}

impl Context<'_> {
    fn activity(self, raw: &Spanned<RawEvents>) -> Parsed<Activity> {
        let written = raw.get_ref();
        match (&written.activity, &written.kind, &written.activities) {
            (Some(activity), None, None) => self.template(activity).map(Activity::One),
            (None, Some(kind), Some(activities)) => {
                let mut names = BTreeMap::new();
                for (value, name) in activities {
                    names.insert(value.get_ref().clone(), self.template(name)?);
                }
                Ok(Activity::ByKind {
                    kind: self.item_field(kind)?,
                    names,
                })
            }
            _ => Err(self
                .source
                .at(raw, "events have `activity`, or `kind` with `activities`")),
        }
    }

    fn template(self, text: &Text) -> Parsed<Template> {
        let template = Template::parse(text.get_ref()).ok_or_else(|| {
            self.source.at(
                text,
                "a template is text with {field.of.item} and {$argument} in it",
            )
        })?;
        for piece in template.pieces() {
            match piece {
                Piece::Literal(_) => {}
                Piece::Field(path) => self.kept(text, path)?,
                Piece::Argument(name) if self.operation.takes(name) => {}
                Piece::Argument(name) => {
                    return Err(self.source.at(text, format!("`{name}` is no argument")));
                }
            }
        }
        Ok(template)
    }

    fn item_field(self, text: &Text) -> Parsed<FieldPath> {
        let path = field_path(self.source, text)?;
        self.kept(text, &path).map(|()| path)
    }

    /// A list of an item, without another list on the way.
    fn list(self, text: &Text) -> Parsed<FieldPath> {
        let path = field_path(self.source, text)?;
        let list = path.list().filter(FieldPath::is_single);
        let whole = self.each.join(&path);
        match (list, self.operation.response.at(&whole)) {
            (Some(list), Some(_)) => Ok(list),
            _ => Err(self.source.at(
                text,
                "one list of an item that the answer keeps, such as items[]",
            )),
        }
    }

    fn kept(self, text: &Text, path: &FieldPath) -> Parsed<()> {
        let whole = self.each.join(path);
        if self.operation.response.at(&whole) == Some(&FieldTree::Scalar) {
            return Ok(());
        }
        Err(self
            .source
            .at(text, format!("`{whole}` is not one of `response.fields`")))
    }
}
