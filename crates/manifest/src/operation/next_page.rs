use std::collections::BTreeMap;

use serde_json::Value;

use super::{Class, Operation};
use crate::Manifest;
use crate::request::Arguments;
use crate::source::raw::RawOperation;
use crate::source::{ManifestError, Source};
use crate::value::ValueType;

/// The call that gives the next page, or what is new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NextPage {
    /// Another operation than the one that is gone on with.
    operation: Option<String>,
    /// The arguments that it takes from an answer.
    arguments: Vec<(String, Value)>,
}

impl NextPage {
    /// Whether there is none.
    pub const fn is_last(&self) -> bool {
        self.arguments.is_empty()
    }

    /// The operation to call, where `last` gave this page.
    pub fn operation<'a>(&'a self, last: &'a str) -> &'a str {
        self.operation.as_deref().unwrap_or(last)
    }

    /// The arguments of the next call, made of those of the last one. Another operation gets what the
    /// answer names, and nothing else.
    pub fn arguments(&self, last: &Arguments) -> Arguments {
        let before = match self.operation {
            Some(_) => Arguments::default(),
            None => last.clone(),
        };
        let named = self.arguments.iter();
        named.fold(before, |all, (name, value)| all.with(name, value.clone()))
    }
}

impl Manifest {
    /// The call for the page after `kept`, which `operation` gave; none on the last page, or when what
    /// the app answered is nothing that its arguments may be.
    pub fn next_page(&self, operation: &Operation, kept: &Value, link: Option<&str>) -> NextPage {
        let called = match &operation.continued_by {
            Some(name) => self.operation(name).unwrap_or(operation),
            None => operation,
        };
        let pagination = operation.pagination.iter();
        let texts = pagination.flat_map(|pagination| pagination.next(kept, link));
        let typed = texts.filter_map(|(name, text)| typed(called, name, &text));
        NextPage {
            operation: operation.continued_by.clone(),
            arguments: typed.collect(),
        }
    }

    /// The call for what is new since `mark`, in place of the first page of `operation`; none where the operation
    /// cannot be asked so.
    pub fn changes_since(&self, operation: &Operation, mark: &str) -> Option<NextPage> {
        let (other, name, text) = operation.incremental.as_ref()?.ask(mark)?;
        let called = match other {
            Some(name) => self.operation(name).ok()?,
            None => operation,
        };
        Some(NextPage {
            operation: other.map(str::to_owned),
            arguments: vec![typed(called, name, &text)?],
        })
    }
}

/// What an app told, as the argument that it becomes: nothing where it cannot be that.
fn typed(called: &Operation, name: &str, text: &str) -> Option<(String, Value)> {
    let kind = called.argument(name)?;
    let value = kind.read_text(text)?;
    kind.check(name, &value).ok()?;
    Some((name.to_owned(), value))
}

/// Checks the operation that gives an operation's further pages: a declared read like any other, which the cursor
/// alone leads to, and of which the same is kept.
pub(crate) fn check_continued(
    source: Source<'_>,
    raw: &RawOperation,
    operation: &Operation,
    operations: &BTreeMap<String, Operation>,
) -> Result<(), ManifestError> {
    let Some(raw) = raw.pagination.as_ref().map(toml::Spanned::get_ref) else {
        return Ok(());
    };
    let (Some(name), Some(parameter)) = (&raw.operation, &raw.parameter) else {
        return Ok(());
    };
    let wrong = |problem: &str| Err(source.at(name, problem));
    let Some(next) = operations.get(name.get_ref()) else {
        return wrong("not an operation");
    };
    let takes = matches!(
        next.argument(parameter.get_ref()),
        Some(ValueType::Text(_) | ValueType::Integer { .. })
    );
    if next.class != Class::Read || operation.class != Class::Read {
        wrong("a page of a read is a read")
    } else if next.id == operation.id {
        wrong("an operation that gives its own pages names no other")
    } else if !takes || next.required().any(|needed| needed != parameter.get_ref()) {
        wrong("it takes the cursor by `parameter`, as a string or integer, and needs nothing else")
    } else if next.response != operation.response {
        wrong("its `response` is another one: pages are read alike")
    } else if next.pagination.is_none() {
        wrong("it has no `pagination`: nothing would say whether more follows")
    } else if !next
        .scopes
        .iter()
        .all(|scope| operation.scopes.contains(scope))
    {
        wrong("it needs a scope that the first page does not")
    } else {
        Ok(())
    }
}
