use std::collections::BTreeSet;

use crypto::canonical;
use serde_json::{Map, Value};

use super::{Arguments, Idempotency, IdempotencyKey, PlannedRequest, WireRequest, WrittenKey};
use crate::Manifest;
use crate::address::{ConnectionFacts, InstanceUrl, percent};
use crate::operation::Operation;
use crate::value::{Fields, Role};

/// Why a request is no declared operation: how far it came with the one that it is most like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Undeclared {
    /// No operation has this method, host and path.
    #[error("no operation has this method, host and path")]
    Address,
    /// A query key that is not declared, is missing, is there twice, or has a value that is not.
    #[error("the query is not as declared")]
    Query,
    /// A body where none is declared, or one that is not as declared.
    #[error("the body is not as declared")]
    Body,
    /// A header that is not declared, or is missing.
    #[error("the headers are not as declared")]
    Headers,
    /// Two operations claim it; the manifest's own check should not let this happen.
    #[error("more than one operation matches")]
    Ambiguous,
}

/// A request that was recognised.
#[derive(Debug)]
pub struct Admitted<'a> {
    /// The operation that it is.
    pub operation: &'a Operation,
    /// The request, read back from the wire.
    pub request: PlannedRequest,
}

impl Manifest {
    /// The one operation that `wire` is.
    ///
    /// The request is read back into arguments, planned again from them, and must come out the
    /// same: whatever the planner would not have made is not admitted, in any spelling.
    ///
    /// # Errors
    /// [`Undeclared`], with the reason of the operation that came nearest.
    pub fn admit(
        &self,
        wire: &WireRequest<'_>,
        facts: &ConnectionFacts<'_>,
    ) -> Result<Admitted<'_>, Undeclared> {
        let mut admitted = None;
        let mut reason = Undeclared::Address;
        for operation in self.operations() {
            match matches(operation, wire, facts) {
                Ok(_) if admitted.is_some() => return Err(Undeclared::Ambiguous),
                Ok(request) => admitted = Some(Admitted { operation, request }),
                Err(other) => reason = reason.max(other),
            }
        }
        admitted.ok_or(reason)
    }
}

fn matches(
    operation: &Operation,
    wire: &WireRequest<'_>,
    facts: &ConnectionFacts<'_>,
) -> Result<PlannedRequest, Undeclared> {
    let address = read_address(operation, wire, facts).ok_or(Undeclared::Address)?;
    let (mut arguments, in_path) = (address.given, address.key);
    let query = read_query(&operation.query, wire.query).ok_or(Undeclared::Query)?;
    let body = read_body(operation, wire.body).ok_or(Undeclared::Body)?;
    arguments.extend(query);
    arguments.extend(body.given);
    let key = match &operation.idempotency {
        Idempotency::Header { name } => {
            let key = header_key(wire, name).ok_or(Undeclared::Headers)?;
            Some(WrittenKey::Whole(key))
        }
        Idempotency::Marker { .. } => body.marked.map(WrittenKey::Whole),
        Idempotency::Field { .. } => in_path.or(body.key),
        Idempotency::None => None,
    };
    let arguments = Arguments::from_map(arguments);
    let planned = PlannedRequest::plan_written(operation, facts, &arguments, key.as_ref());
    let planned = planned.map_err(|_| Undeclared::Body)?;
    compare(&planned, wire).map(|()| planned)
}

fn compare(planned: &PlannedRequest, wire: &WireRequest<'_>) -> Result<(), Undeclared> {
    if planned.path() != wire.path {
        return Err(Undeclared::Address);
    }
    if planned.raw_query().as_deref() != wire.query {
        return Err(Undeclared::Query);
    }
    if planned.body() != wire.body {
        return Err(Undeclared::Body);
    }
    let sent: BTreeSet<_> = wire.headers.iter().copied().collect();
    let declared = planned
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    if sent != declared.collect() || sent.len() != wire.headers.len() {
        return Err(Undeclared::Headers);
    }
    Ok(())
}

/// What a part of a request says.
#[derive(Default)]
struct ReadPart {
    given: Map<String, Value>,
    /// The key that a field holds.
    key: Option<WrittenKey>,
    /// The key of a mark.
    marked: Option<IdempotencyKey>,
}

/// The arguments in the path, if method, origin and path are the operation's.
fn read_address(
    operation: &Operation,
    wire: &WireRequest<'_>,
    facts: &ConnectionFacts<'_>,
) -> Option<ReadPart> {
    let (origin, prefix) = operation.host.resolve(facts).ok()?;
    let there = wire.method == operation.method.as_str()
        && wire.scheme == origin.scheme().as_str()
        && wire.host == origin.host()
        && wire.port == origin.port();
    let path = wire.path.strip_prefix(prefix).filter(|_| there)?;
    let texts = operation.path.read(path)?;
    let mut read = ReadPart::default();
    for (name, text) in operation.path.holes().zip(texts) {
        match operation.params.get(name).map(|field| &field.role) {
            Some(Role::Argument { kind, .. }) => {
                let value = kind.read_text(&text)?;
                kind.check(name, &value).ok()?;
                read.given.insert(name.to_owned(), value);
            }
            Some(Role::Key(form)) => read.key = Some(form.read(&text)?),
            Some(Role::InstanceId) => {
                let known = facts.instance.and_then(InstanceUrl::id);
                known.filter(|id| *id == text)?;
            }
            Some(Role::Fixed(_) | Role::Statement(_)) | None => return None,
        }
    }
    Some(read)
}

fn read_query(fields: &Fields, query: Option<&str>) -> Option<Map<String, Value>> {
    let mut arguments = Map::new();
    let mut seen = BTreeSet::new();
    for pair in query.iter().flat_map(|query| query.split('&')) {
        let (key, text) = pair.split_once('=')?;
        let (key, text) = (percent::decode(key)?, percent::decode(text)?);
        let fresh = seen.insert(key.clone());
        let field = fields.get(&key)?;
        match &field.role {
            // Whether all of it is there is seen when the request is made again and compared.
            Role::Fixed(_) => {}
            Role::Statement(_) if fresh => {
                arguments.insert(key, text.into());
            }
            Role::Argument { kind, .. } if fresh && field.hole_of.is_none() => {
                let value = kind.read_text(&text)?;
                kind.check(&key, &value).ok()?;
                arguments.insert(key, value);
            }
            _ => return None,
        }
    }
    fields.read_statements(arguments)
}

fn read_body(operation: &Operation, body: Option<&[u8]>) -> Option<ReadPart> {
    let (fields, body) = match (&operation.body, body) {
        (Some(fields), Some(body)) => (fields, body),
        (None, None) => return Some(ReadPart::default()),
        _ => return None,
    };
    // A batch is a list, and one request is an object.
    let sent = canonical::parse(body).ok().filter(Value::is_object)?;
    let document = operation.document.as_ref();
    if document.is_some_and(|document| !document.is_in(&sent)) {
        return None;
    }
    let flat = fields.read_statements(fields.take_apart(&sent))?;
    let mut given = fields.without_fixed(&flat);
    let mut keys = fields.keys();
    let key = match keys.next() {
        Some((name, form)) => Some(form.read(flat.get(name)?.as_str()?)?),
        None => None,
    };
    let mut marked = None;
    if let Idempotency::Marker { field, .. } = &operation.idempotency {
        let (text, found) = operation
            .idempotency
            .unmarked(given.get(field)?.as_str()?)?;
        marked = Some(found);
        given.remove(field);
        given.extend(text.map(|text| (field.clone(), Value::from(text))));
    }
    Some(ReadPart { given, key, marked })
}

fn header_key(wire: &WireRequest<'_>, name: &str) -> Option<IdempotencyKey> {
    let (_, value) = wire.headers.iter().find(|(given, _)| *given == name)?;
    std::str::from_utf8(value).ok()?.parse().ok()
}
