use serde_json::Value;

use super::Operation;
use crate::FieldPath;
use crate::address::Segment;
use crate::value::{Fields, Role, ValueType, to_text};

/// Whether some request could be both operations. It may say yes where no such request exists,
/// never no where one does.
pub(crate) fn overlap(left: &Operation, right: &Operation) -> bool {
    left.method == right.method
        && left.host == right.host
        && paths_overlap(left, right)
        && !told_apart(&left.query, &right.query)
        && match (&left.body, &right.body) {
            (Some(left), Some(right)) => !told_apart(left, right),
            (None, None) => true,
            _ => false,
        }
}

fn paths_overlap(left: &Operation, right: &Operation) -> bool {
    let (one, other) = (left.path.segments(), right.path.segments());
    let pairs = one.iter().zip(other);
    one.len() == other.len()
        && pairs.into_iter().all(|pair| match pair {
            (Segment::Literal(one), Segment::Literal(other)) => one == other,
            (Segment::Literal(text), Segment::Hole(name)) => admits(right, name, text),
            (Segment::Hole(name), Segment::Literal(text)) => admits(left, name, text),
            (Segment::Hole(one), Segment::Hole(other)) => {
                types_overlap(left.params.argument(one), right.params.argument(other))
            }
        })
}

fn admits(operation: &Operation, name: &str, text: &str) -> bool {
    operation.params.argument(name).is_none_or(|kind| {
        kind.read_text(text)
            .is_some_and(|value| kind.check(name, &value).is_ok())
    })
}

fn types_overlap(left: Option<&ValueType>, right: Option<&ValueType>) -> bool {
    match (left, right) {
        (Some(ValueType::Choice(one)), Some(ValueType::Choice(other))) => {
            one.iter().any(|value| other.contains(value))
        }
        _ => true,
    }
}

/// Whether both always send one key, each with a value of its own (a GraphQL document, a sort
/// order), or one always sends a key that the other never does.
fn told_apart(left: &Fields, right: &Fields) -> bool {
    let (left, right) = (placed(left), placed(right));
    let differs = left.iter().any(|(place, role)| {
        let mut same = right.iter().filter(|(other, _)| place == other);
        match (role, same.next()) {
            (Role::Fixed(one), Some((_, Role::Fixed(other)))) => !same_text(one, other),
            (Role::Statement(one), Some((_, Role::Statement(other)))) => !one.may_be(other),
            _ => false,
        }
    });
    differs || sends_more(&left, &right) || sends_more(&right, &left)
}

/// The fields, by where they stand.
fn placed(fields: &Fields) -> Vec<(FieldPath, &Role)> {
    let sent = fields.iter().filter(|(_, field)| field.hole_of.is_none());
    sent.map(|(name, field)| (field.place(name), &field.role))
        .collect()
}

fn sends_more(left: &[(FieldPath, &Role)], right: &[(FieldPath, &Role)]) -> bool {
    let always = |role: &Role| {
        matches!(
            role,
            Role::Fixed(_)
                | Role::Key(_)
                | Role::Statement(_)
                | Role::Argument { required: true, .. }
        )
    };
    left.iter()
        .any(|(place, role)| always(role) && !right.iter().any(|(other, _)| place.touches(other)))
}

/// In a query, `1`, `"1"` and a list of nothing else are the same bytes.
fn same_text(one: &Value, other: &Value) -> bool {
    let texts = |value: &Value| -> Vec<Option<String>> {
        match value {
            Value::Array(items) => items.iter().map(to_text).collect(),
            one => vec![to_text(one)],
        }
    };
    texts(one) == texts(other)
}
