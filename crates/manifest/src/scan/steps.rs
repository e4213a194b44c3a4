use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use toml::Spanned;

use super::extract::is_told;
use crate::FieldPath;
use crate::answer::FieldTree;
use crate::operation::{Class, Operation, field_path};
use crate::request::Arguments;
use crate::source::raw::{RawForEach, RawScan, RawStep, Text};
use crate::source::{ManifestError, Source};

/// What a scan calls, in order.
#[derive(Debug)]
pub struct Scan {
    /// The calls.
    pub steps: Vec<ScanStep>,
}

/// One call, with all its pages.
#[derive(Debug)]
pub struct ScanStep {
    /// The operation, which reads.
    pub operation: String,
    /// The arguments that the person chooses once for the connection, such as a repository.
    pub ask: Vec<String>,
    /// When set: one call for each item of an earlier step.
    pub for_each: Option<ForEach>,
}

/// A call for each item that an earlier step found.
#[derive(Debug)]
pub struct ForEach {
    /// The operation of the earlier step.
    pub step: String,
    /// The items in its answers.
    pub(crate) items: FieldPath,
    /// What an item must have.
    pub(crate) when: Option<FieldPath>,
    /// Whether what is told of an item never changes: a later scan does not ask for it again.
    pub once: bool,
    /// Arguments, by the place in the item that fills them.
    pub(crate) arguments: BTreeMap<String, FieldPath>,
}

type Parsed<T> = Result<T, ManifestError>;

impl ForEach {
    /// The arguments of a call for each item in one kept answer of the earlier step. `asked` are
    /// those that the person chose. Items that lack one, or what they must have, are left out.
    pub fn calls<'a>(
        &'a self,
        kept: &'a Value,
        asked: &'a Arguments,
    ) -> impl Iterator<Item = Arguments> + 'a {
        let told = |item: &&Value| self.when.as_ref().is_none_or(|path| is_told(path, item));
        self.items
            .all(kept)
            .into_iter()
            .filter(told)
            .filter_map(|item| {
                self.arguments
                    .iter()
                    .try_fold(asked.clone(), |arguments, (name, path)| {
                        Some(arguments.with(name, path.get(item)?.clone()))
                    })
            })
    }
}

/// Reads the scan against the operations.
pub(crate) fn parse_scan(
    source: Source<'_>,
    raw: &RawScan,
    operations: &BTreeMap<String, Operation>,
) -> Parsed<Scan> {
    let mut steps = Vec::new();
    for step in &raw.steps {
        let parsed = parse_step(source, step, operations, &steps)?;
        steps.push(parsed);
    }
    Ok(Scan { steps })
}

fn parse_step(
    source: Source<'_>,
    raw: &Spanned<RawStep>,
    operations: &BTreeMap<String, Operation>,
    earlier: &[ScanStep],
) -> Parsed<ScanStep> {
    let written = raw.get_ref();
    let operation = operations
        .get(written.operation.get_ref())
        .filter(|operation| operation.class == Class::Read)
        .ok_or_else(|| source.at(&written.operation, "not an operation that reads"))?;
    let ask = written
        .ask
        .iter()
        .flatten()
        .map(|name| name.get_ref().clone())
        .collect::<Vec<_>>();
    if let Some(name) = written
        .ask
        .iter()
        .flatten()
        .find(|name| !operation.takes(name.get_ref()))
    {
        return Err(source.at(name, "the operation has no such argument"));
    }
    let for_each = match &written.for_each {
        Some(raw) => Some(parse_for_each(
            source,
            raw.get_ref(),
            operation,
            (operations, earlier),
        )?),
        None => None,
    };
    let mut given: BTreeSet<&str> = ask.iter().map(String::as_str).collect();
    given.extend(
        for_each
            .iter()
            .flat_map(|each| each.arguments.keys().map(String::as_str)),
    );
    if let Some(missing) = operation.required().find(|name| !given.contains(name)) {
        return Err(source.at(raw, format!("nothing gives the argument `{missing}`")));
    }
    Ok(ScanStep {
        operation: operation.id.clone(),
        ask,
        for_each,
    })
}

fn parse_for_each(
    source: Source<'_>,
    raw: &RawForEach,
    operation: &Operation,
    (operations, earlier): (&BTreeMap<String, Operation>, &[ScanStep]),
) -> Parsed<ForEach> {
    let found = earlier
        .iter()
        .find(|step| step.operation == *raw.step.get_ref());
    let from = found.and_then(|step| operations.get(&step.operation));
    let from = from.ok_or_else(|| source.at(&raw.step, "not the operation of an earlier step"))?;
    let items = field_path(source, &raw.items)?;
    let mut arguments = BTreeMap::new();
    for (name, place) in &raw.arguments {
        if !operation.takes(name.get_ref()) {
            return Err(source.at(name, "the operation has no such argument"));
        }
        let path = kept_of_item(source, place, from, &items)?;
        arguments.insert(name.get_ref().clone(), path);
    }
    let when = match &raw.when {
        Some(place) => Some(kept_of_item(source, place, from, &items)?),
        None => None,
    };
    Ok(ForEach {
        step: from.id.clone(),
        items,
        when,
        once: raw.once.as_ref().is_some_and(|once| *once.get_ref()),
        arguments,
    })
}

fn kept_of_item(
    source: Source<'_>,
    text: &Text,
    from: &Operation,
    items: &FieldPath,
) -> Parsed<FieldPath> {
    let path = field_path(source, text)?;
    if from.response.at(&items.join(&path)) == Some(&FieldTree::Scalar) && path.is_single() {
        return Ok(path);
    }
    Err(source.at(
        text,
        format!("`{}` keeps no such field of an item", from.id),
    ))
}
