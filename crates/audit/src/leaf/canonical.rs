use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Number, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::EntryRow;
use crate::merkle::{Hash, leaf_hash};

/// The version of the canonical text, its field `v`.
pub const VERSION: u64 = 1;

/// The canonical text (RFC 8785) of `row`: different rows have different texts.
///
/// - `at` is text: whole microseconds since 1970, which is what PostgreSQL keeps. As a number it
///   would pass 2^53 in the year 2255 and two moments could share a text; as a date it would need
///   every verifier to agree on a calendar and a format.
/// - Identifiers are plain UUIDs, as in the database, so that both can be compared by eye.
/// - Every field is always there, null or not: there is no second way to write an absent one.
#[expect(clippy::missing_panics_doc, reason = "see below: it does not")]
#[expect(
    clippy::expect_used,
    reason = "texts, flags and small numbers go into memory"
)]
pub fn canonical(row: &EntryRow) -> Vec<u8> {
    let text = Text {
        action: &row.action,
        actor: Actor {
            id: row.actor.id,
            kind: &row.actor.kind,
            person: row.actor.person,
        },
        at: micros(row.at).to_string(),
        details: Details(&row.details),
        id: row.id,
        organisation: row.organisation,
        subject: row.subject.as_deref(),
        v: VERSION,
    };
    serde_json::to_vec(&text).expect("nothing here fails to serialise")
}

/// The leaf hash of `row`.
pub fn hash(row: &EntryRow) -> Hash {
    leaf_hash(&canonical(row))
}

/// Whole microseconds since 1970.
pub(crate) fn micros(at: OffsetDateTime) -> i128 {
    at.unix_timestamp_nanos().div_euclid(1_000)
}

/// The moment of [`micros`], where the calendar has it.
pub(crate) fn from_micros(micros: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()
}

// The fields of both structs are sorted by name, and hold nothing but texts, nulls and safe
// integers: so serde_json's text is the canonical one, at a tenth of what a general canonicaliser
// takes. A test compares the two.
#[derive(serde::Serialize)]
struct Text<'a> {
    action: &'a str,
    actor: Actor<'a>,
    at: String,
    details: Details<'a>,
    id: Uuid,
    organisation: Option<Uuid>,
    subject: Option<&'a str>,
    v: u64,
}

#[derive(serde::Serialize)]
struct Actor<'a> {
    id: Option<Uuid>,
    kind: &'a str,
    person: Option<Uuid>,
}

/// The details, each value in a form that JSON readers agree on.
///
/// An [`AuditEntry`](kernel::AuditEntry) holds flat texts, flags and integers, which stay as they
/// are. The column could hold anything, and whoever can write to it must not be able to stop the
/// log with a row that has no canonical text, or to change a number unseen: so what is left goes in
/// as text, inside an object, which no flat value is.
struct Details<'a>(&'a Value);

impl Serialize for Details<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Object(fields) = self.0 else {
            return [exact_text(self.0)].serialize(serializer);
        };
        let mut sorted: Vec<_> = fields.iter().collect();
        // RFC 8785 3.2.3: by UTF-16 code units, which is not the order of UTF-8 bytes.
        sorted.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
        let mut map = serializer.serialize_map(Some(sorted.len()))?;
        for (key, value) in sorted {
            if is_flat(value) {
                map.serialize_entry(key, value)?;
            } else {
                map.serialize_entry(
                    key,
                    &Exact {
                        json: exact_text(value),
                    },
                )?;
            }
        }
        map.end()
    }
}

#[derive(serde::Serialize)]
struct Exact {
    json: String,
}

fn is_flat(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => is_safe_integer(number),
        Value::Array(_) | Value::Object(_) => false,
    }
}

/// Whether every JSON reader reads the same number (RFC 7493 2.2).
fn is_safe_integer(number: &Number) -> bool {
    let largest = crypto::canonical::MAX_SAFE_INTEGER;
    let magnitude = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
    magnitude.is_some_and(|magnitude| magnitude <= largest)
}

/// JSON with sorted keys and exact numbers.
fn exact_text(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(exact_text).collect::<Vec<_>>().join(",")
            )
        }
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            let field = |(key, value): (&String, &Value)| {
                format!("{}:{}", Value::from(key.as_str()), exact_text(value))
            };
            format!(
                "{{{}}}",
                sorted.into_iter().map(field).collect::<Vec<_>>().join(",")
            )
        }
        // By its bits: the shortest text of a float has changed between libraries before.
        Value::Number(number) if number.is_f64() => {
            format!("f64:{:016x}", number.as_f64().unwrap_or_default().to_bits())
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::leaf::Actor;

    fn row(details: Value) -> EntryRow {
        EntryRow {
            id: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001),
            organisation: Some(Uuid::from_u128(2)),
            at: OffsetDateTime::UNIX_EPOCH + time::Duration::microseconds(1_700_000_000_123_456),
            actor: Actor {
                kind: "session".into(),
                id: Some(Uuid::from_u128(3)),
                person: None,
            },
            action: "approvals.approved".into(),
            subject: Some("apr_1".into()),
            details,
        }
    }

    #[test]
    fn the_canonical_text_is_pinned() {
        let text =
            String::from_utf8(canonical(&row(json!({"risk": "low", "approvals": 2})))).unwrap();
        assert_eq!(
            text,
            r#"{"action":"approvals.approved","actor":{"id":"00000000-0000-0000-0000-000000000003","kind":"session","person":null},"at":"1700000000123456","details":{"approvals":2,"risk":"low"},"id":"01920000-0000-7000-8000-000000000001","organisation":"00000000-0000-0000-0000-000000000002","subject":"apr_1","v":1}"#
        );
    }

    #[test]
    fn details_that_differ_never_share_a_text() {
        let twins = [
            json!(9_007_199_254_740_993_u64),
            json!(9_007_199_254_740_992_u64),
            json!(9_007_199_254_740_992.0),
            json!("9007199254740993"),
            json!({"json": "9007199254740993"}),
            json!({"json": "[]"}),
            json!([]),
            json!({}),
            json!({"a": {"b": 1}}),
            json!({"a": {"b": "1"}}),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(-1),
            json!(null),
            json!("null"),
            json!(0.5),
        ];
        let mut texts: Vec<_> = twins
            .iter()
            .flat_map(|value| [row(json!({"n": value})), row(value.clone())])
            .map(|row| canonical(&row))
            .collect();
        texts.sort();
        let count = texts.len();
        texts.dedup();
        assert_eq!(texts.len(), count);
    }

    #[test]
    fn every_text_is_one_that_strict_readers_accept() {
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!({ "deeper": [deep] });
        }
        for details in [
            deep,
            json!(1e300),
            json!({"n": u64::MAX, "x": -0.0}),
            json!([1e300]),
        ] {
            let text = canonical(&row(details));
            let read = crypto::canonical::parse(&text).unwrap();
            assert_eq!(crypto::canonical::to_vec(&read).unwrap(), text);
        }
    }

    proptest! {
        #[test]
        fn it_is_what_a_general_canonicaliser_makes_of_it(
            texts in prop::collection::btree_map("\\PC{0,6}|[\\x00-\\x1f\\x7f\"\\\\/\u{fb33}\u{1f600}\u{2028}]{0,4}", "\\PC{0,6}|[\\x00-\\x1f\\x7f\"\\\\/\u{2028}]{0,4}", 0..6),
            numbers in prop::collection::btree_map("[a-zA-Z_\u{e000}\u{10000}]{1,3}", any::<i64>(), 0..4),
            subject in prop::option::of("\\PC{0,10}"),
        ) {
            let mut details = json!(texts);
            for (key, number) in numbers {
                details[key] = number.into();
            }
            let text = canonical(&EntryRow { subject, ..row(details) });
            let read = crypto::canonical::parse(&text).unwrap();
            prop_assert_eq!(crypto::canonical::to_vec(&read).unwrap(), text);
        }
    }

    #[test]
    fn moments_before_1970_and_past_2255_keep_their_microsecond() {
        for micros_since in [-1, 9_007_199_254_740_993_i64, 253_402_300_799_999_999] {
            let at = from_micros(micros_since).unwrap();
            assert_eq!(micros(at), i128::from(micros_since));
        }
    }
}
