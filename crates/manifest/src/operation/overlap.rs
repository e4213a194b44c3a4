use serde_json::Value;

use super::Operation;
use crate::address::Segment;
use crate::value::{Fields, Role, ValueType};

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
    let differs = left.iter().any(|(name, field)| {
        match (&field.role, right.get(name).map(|field| &field.role)) {
            (Role::Fixed(one), Some(Role::Fixed(other))) => !same_text(one, other),
            _ => false,
        }
    });
    differs || sends_more(left, right) || sends_more(right, left)
}

fn sends_more(left: &Fields, right: &Fields) -> bool {
    let always =
        |role: &Role| matches!(role, Role::Fixed(_) | Role::Argument { required: true, .. });
    left.iter()
        .any(|(name, field)| always(&field.role) && right.get(name).is_none())
}

/// In a query, `1` and `"1"` are the same bytes.
fn same_text(one: &Value, other: &Value) -> bool {
    crate::value::to_text(one) == crate::value::to_text(other)
}
