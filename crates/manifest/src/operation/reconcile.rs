use std::collections::BTreeMap;

use serde_json::Value;
use toml::Spanned;

use super::parse::field_path;
use super::{Class, Operation};
use crate::FieldPath;
use crate::answer::{FieldTree, ResultRule};
use crate::request::{Arguments, Idempotency, IdempotencyKey, KeyForm};
use crate::source::raw::{RawOperation, RawReconcile};
use crate::source::{ManifestError, Source};

type Parsed<T> = Result<T, ManifestError>;

/// How to find out whether a write arrived, when its answer was lost.
#[derive(Debug)]
pub struct Reconcile {
    /// The read to call.
    pub operation: String,
    /// The items of its answer.
    each: FieldPath,
    how: How,
    result: Option<ResultRule>,
}

/// What makes an item the one that was written.
#[derive(Debug)]
enum How {
    /// The mark was found in this field of it.
    Probe(FieldPath),
    /// The app was asked for the key by this argument, and answers with nothing else. Where it keeps
    /// the key in a field of the item, the mark must have been found there as well: an app that ignores
    /// the argument proves nothing.
    KeyArgument {
        name: String,
        form: KeyForm,
        probe: Option<FieldPath>,
    },
}

impl Reconcile {
    /// The arguments of the look-up for a write with `written`: those that both declare, and the
    /// key where the app can be asked for it.
    pub fn arguments(
        &self,
        read: &Operation,
        written: &Arguments,
        key: &IdempotencyKey,
    ) -> Arguments {
        let mut all = Arguments::default();
        for name in read.arguments() {
            if let Some(value) = written.get(name) {
                all = all.with(name, value.clone());
            }
        }
        match &self.how {
            How::KeyArgument { name, form, .. } => all.with(name, form.write(key).into()),
            How::Probe(_) => all,
        }
    }

    /// What of a found item is for the person, when it is found elsewhere than in the answer to the
    /// write.
    pub const fn result(&self) -> Option<&ResultRule> {
        self.result.as_ref()
    }

    /// The item of the look-up's kept answer that was written; `None` when it is not on this page.
    pub fn find<'a>(&self, kept: &'a Value) -> Option<&'a Value> {
        let found = |item: &&Value| match &self.how {
            How::Probe(field)
            | How::KeyArgument {
                probe: Some(field), ..
            } => field.get(item) == Some(&Value::Bool(true)),
            How::KeyArgument { probe: None, .. } => true,
        };
        self.each.all(kept).into_iter().find(found)
    }
}

/// Reads the rule alone.
pub(super) fn parse_reconcile(
    source: Source<'_>,
    raw: &Spanned<RawReconcile>,
    write: &Operation,
) -> Parsed<Reconcile> {
    let written = raw.get_ref();
    let each = field_path(source, &written.each)?;
    if !each.ends_in_items() {
        return Err(source.at(&written.each, "a list ends in []"));
    }
    let how = match (&written.probe, &written.key_argument) {
        (Some(field), None) => How::Probe(field_path(source, field)?),
        (probe, Some(name)) => How::KeyArgument {
            name: name.get_ref().clone(),
            form: write.key_form().unwrap_or(KeyForm::Plain),
            probe: match probe {
                Some(field) => Some(field_path(source, field)?),
                None => None,
            },
        },
        (None, None) => {
            return Err(source.at(raw, "a look-up has `probe`, `key_argument` or both"));
        }
    };
    Ok(Reconcile {
        operation: written.operation.get_ref().clone(),
        each,
        how,
        result: match &written.result {
            Some(raw) => Some(ResultRule {
                link: match &raw.get_ref().link {
                    Some(text) => Some(field_path(source, text)?),
                    None => None,
                },
                id: field_path(source, &raw.get_ref().id)?,
            }),
            None => None,
        },
    })
}

/// Checks the rule of one write against the operation that it calls.
pub(crate) fn check_reconcile(
    source: Source<'_>,
    raw: &RawOperation,
    write: &Operation,
    operations: &BTreeMap<String, Operation>,
) -> Parsed<()> {
    let (Some(raw), Some(rule)) = (&raw.reconcile, &write.reconcile) else {
        return Ok(());
    };
    let raw = raw.get_ref();
    let read = operations
        .get(&rule.operation)
        .filter(|read| read.class == Class::Read);
    let read = read.ok_or_else(|| source.at(&raw.operation, "not an operation that reads"))?;
    let probes =
        |field: &FieldPath| read.response.at(&rule.each.join(field)) == Some(&FieldTree::Probe);
    let fits = match (&rule.how, &write.idempotency) {
        (How::Probe(field), Idempotency::Marker { .. } | Idempotency::Field { .. }) => {
            probes(field)
        }
        (
            How::KeyArgument { name, probe, .. },
            Idempotency::Header { .. } | Idempotency::Field { .. },
        ) => {
            // There is a mark to search for where a field of the write holds the key.
            let left = write.key_form().is_some();
            let probed = probe.as_ref().is_none_or(|field| left && probes(field));
            probed && read.required().any(|n| n == name)
        }
        _ => false,
    };
    if !fits {
        return Err(source.at(
            &raw.operation,
            "a marker is looked for in one of its `response.probe`, a key by a required argument and, where the \
             write has a field for it, in a probe beside",
        ));
    }
    let given = |name: &str| match &rule.how {
        How::KeyArgument { name: key, .. } if key == name => true,
        _ => write.takes(name),
    };
    if let Some(missing) = read.required().find(|name| !given(name)) {
        let problem = format!("the write does not give its argument `{missing}`");
        return Err(source.at(&raw.operation, problem));
    }
    // What a person is shown after a look-up is read by the rule's own paths, or else by the write's.
    let shown = rule
        .result
        .iter()
        .chain(write.result.iter().filter(|_| rule.result.is_none()))
        .flat_map(|result| result.link.iter().chain([&result.id]));
    for path in shown {
        let whole = rule.each.join(path);
        if read.response.at(&whole) != Some(&FieldTree::Scalar) {
            return Err(source.at(&raw.operation, format!("it does not keep `{whole}`")));
        }
    }
    Ok(())
}
