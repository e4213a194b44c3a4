use std::collections::BTreeMap;

use crypto::canonical;
use serde_json::{Map, Value};

use super::{Arguments, Idempotency, IdempotencyKey, PlannedRequest, WrittenKey};
use crate::address::{ConnectionFacts, FactsError, InstanceUrl, Protocol, SegmentError};
use crate::mail::{Letter, MailCall};
use crate::operation::{Method, Operation};
use crate::value::{ArgumentError, Fields, Role, to_text};

/// Why no request can be made of the arguments.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// An argument that the caller can correct.
    #[error(transparent)]
    Argument(#[from] ArgumentError),
    /// The connection is incomplete.
    #[error(transparent)]
    Connection(#[from] FactsError),
    /// The operation needs a key, and none was given; or it takes none.
    #[error("this operation {}", if *.needed { "needs a key" } else { "takes no key" })]
    Key {
        /// Whether one is needed.
        needed: bool,
    },
    /// The request's body is past the limit.
    #[error("the request is larger than {MAX_BODY_SIZE} bytes")]
    TooLarge,
    /// The body has no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] canonical::CanonicalError),
}

/// The longest body of a request, in bytes.
const MAX_BODY_SIZE: usize = 1024 * 1024;

/// A path that could not be filled; it gets the argument's name where that is known.
struct HoleError(String);

impl From<SegmentError> for HoleError {
    fn from(error: SegmentError) -> Self {
        Self(error.to_string())
    }
}

impl PlannedRequest {
    /// The final request of `operation` with `arguments`, typed against the manifest first.
    ///
    /// `key` names a write to the app, if the operation has a way to; it is part of the request.
    ///
    /// # Errors
    /// [`PlanError`]: nothing undeclared, mistyped or ambiguous becomes a request.
    pub fn plan(
        operation: &Operation,
        facts: &ConnectionFacts<'_>,
        arguments: &Arguments,
        key: Option<&IdempotencyKey>,
    ) -> Result<Self, PlanError> {
        let key = key.cloned().map(WrittenKey::Whole);
        Self::plan_written(operation, facts, arguments, key.as_ref())
    }

    /// The same with a key of which a digest may be all that is known.
    pub(super) fn plan_written(
        operation: &Operation,
        facts: &ConnectionFacts<'_>,
        arguments: &Arguments,
        key: Option<&WrittenKey>,
    ) -> Result<Self, PlanError> {
        let Parts {
            params,
            query,
            body,
        } = Parts::split(operation, arguments)?;
        operation.params.check("", &params)?;
        operation.query.check("", &query)?;
        let (origin, prefix) = operation.host.resolve(facts)?;
        let needs_key = !matches!(operation.idempotency, Idempotency::None);
        if needs_key != key.is_some() {
            return Err(PlanError::Key { needed: needs_key });
        }
        let params = with_key(&operation.params, params, key)?;
        let params = with_instance_id(&operation.params, params, facts)?;
        let path = format!("{prefix}{}", fill(operation, &params)?);
        let body = match &operation.body {
            Some(fields) => Some(encode_body(operation, fields, body, key)?),
            None => None,
        };
        let planned = Self {
            operation: operation.id.clone(),
            class: operation.class,
            method: operation.method,
            origin,
            path,
            query: encode_query(&operation.query, &query)?,
            headers: headers(operation, body.is_some(), key)?,
            body,
        };
        check_mail(&planned)?;
        Ok(planned)
    }
}

/// What goes to a server of mail is what can be said there, and reads as it was approved.
fn check_mail(planned: &PlannedRequest) -> Result<(), ArgumentError> {
    if let (Method::Send, Some(body)) = (planned.method, &planned.body) {
        let read = Letter::read(body);
        read.map_err(|problem| ArgumentError::new(problem.argument(), problem.to_string()))?;
    }
    if planned.method.protocol().is_mail() && MailCall::of(planned).is_none() {
        return Err(ArgumentError::new("after", "not a place in a mailbox"));
    }
    Ok(())
}

/// The arguments, by where they go.
struct Parts {
    params: Map<String, Value>,
    query: Map<String, Value>,
    body: Map<String, Value>,
}

impl Parts {
    fn split(operation: &Operation, arguments: &Arguments) -> Result<Self, ArgumentError> {
        let mut parts = Self {
            params: Map::new(),
            query: Map::new(),
            body: Map::new(),
        };
        let declares = |fields: &Fields, name: &str| fields.argument(name).is_some();
        for (name, value) in arguments.map() {
            let part = if declares(&operation.params, name) {
                &mut parts.params
            } else if declares(&operation.query, name) {
                &mut parts.query
            } else if operation
                .body
                .as_ref()
                .is_some_and(|fields| declares(fields, name))
            {
                &mut parts.body
            } else {
                return Err(ArgumentError::undeclared(name, operation.arguments()));
            };
            part.insert(name.clone(), value.clone());
        }
        Ok(parts)
    }
}

fn fill(operation: &Operation, params: &Map<String, Value>) -> Result<String, ArgumentError> {
    let mut last = String::new();
    let path = operation.path.fill(|name| {
        name.clone_into(&mut last);
        params
            .get(name)
            .and_then(to_text)
            .ok_or_else(|| HoleError("required".to_owned()))
    });
    path.map_err(|HoleError(problem)| ArgumentError::new(last, problem))
}

fn encode_query(
    fields: &Fields,
    given: &Map<String, Value>,
) -> Result<Vec<(String, String)>, ArgumentError> {
    // A map sorts by key; a fixed value and an argument are texts alike.
    let all = fields.write_statements(fields.with_fixed(given))?;
    let all: BTreeMap<String, Value> = all.into_iter().collect();
    let pairs = |(key, value): (String, Value)| match value {
        // Only a manifest fixes a list.
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(to_text).collect();
            texts.into_iter().map(|text| (key.clone(), text)).collect()
        }
        one => Vec::from_iter(to_text(&one).map(|text| (key, text))),
    };
    Ok(all.into_iter().flat_map(pairs).collect())
}

/// The key of the write, at each of the fields that hold it.
fn with_key(
    fields: &Fields,
    mut given: Map<String, Value>,
    key: Option<&WrittenKey>,
) -> Result<Map<String, Value>, PlanError> {
    for (name, form) in fields.keys() {
        let text = key.and_then(|key| key.text(form));
        let text = text.ok_or(PlanError::Key { needed: true })?;
        given.insert(name.to_owned(), text.into());
    }
    Ok(given)
}

/// The identifier of the connection's instance, at each of the fields that hold it.
fn with_instance_id(
    fields: &Fields,
    mut given: Map<String, Value>,
    facts: &ConnectionFacts<'_>,
) -> Result<Map<String, Value>, FactsError> {
    for (name, field) in fields.iter() {
        if matches!(field.role, Role::InstanceId) {
            let id = facts.instance.and_then(InstanceUrl::id);
            let id = id.ok_or(FactsError::NoInstanceId)?;
            given.insert(name.to_owned(), id.into());
        }
    }
    Ok(given)
}

fn encode_body(
    operation: &Operation,
    fields: &Fields,
    mut given: Map<String, Value>,
    key: Option<&WrittenKey>,
) -> Result<Vec<u8>, PlanError> {
    let whole = key.and_then(WrittenKey::whole);
    if let (Idempotency::Marker { field, .. }, Some(key)) = (&operation.idempotency, whole) {
        let text = given.get(field).and_then(Value::as_str);
        if given.contains_key(field) && text.is_none() {
            return Err(ArgumentError::new(field, "not a string").into());
        }
        let marked = operation.idempotency.marked(text, key);
        let marked = marked
            .map_err(|_| ArgumentError::new(field, "holds a mark that is Countersign's to make"))?;
        given.insert(field.clone(), marked.into());
    }
    fields.check("", &given)?;
    let flat = fields.write_statements(fields.with_fixed(&given))?;
    let flat = with_key(fields, flat, key)?;
    let body = canonical::to_vec(&fields.assemble(flat))?;
    if body.len() > MAX_BODY_SIZE {
        return Err(PlanError::TooLarge);
    }
    Ok(body)
}

fn headers(
    operation: &Operation,
    has_body: bool,
    key: Option<&WrittenKey>,
) -> Result<Vec<(String, String)>, PlanError> {
    let mut headers = operation.headers.clone();
    if has_body && operation.method.protocol() == Protocol::Http {
        headers.insert("content-type".to_owned(), "application/json".to_owned());
    }
    if let Idempotency::Header { name } = &operation.idempotency {
        let key = key.and_then(WrittenKey::whole);
        let key = key.ok_or(PlanError::Key { needed: true })?;
        headers.insert(name.clone(), key.to_string());
    }
    Ok(headers.into_iter().collect())
}
