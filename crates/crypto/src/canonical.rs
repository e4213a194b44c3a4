//! Canonical JSON (RFC 8785), and a reader that refuses what has no single meaning: duplicate keys,
//! integers past 2^53, and depth that a reader further on might not survive.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The largest integer that every JSON reader agrees on (RFC 8785 appendix D, RFC 7493 2.2).
pub const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;
/// Objects and arrays within each other.
pub const MAX_DEPTH: usize = 32;

/// Why a text or value has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// Not JSON, a duplicate key, a number past 2^53, or too deep; the text says which and where.
    #[error("the JSON is not acceptable: {0}")]
    Refused(#[source] serde_json::Error),
}

/// Reads JSON text that has exactly one meaning.
pub fn parse(text: &[u8]) -> Result<Value, CanonicalError> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let strict = Strict { depth: 0 };
    let value = de::DeserializeSeed::deserialize(strict, &mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(CanonicalError::Refused)?;
    Ok(value)
}

/// The canonical bytes of `value` (RFC 8785).
pub fn to_vec(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    serde_json_canonicalizer::to_vec(value).map_err(CanonicalError::Refused)
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl<'de> de::DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("nested more than {MAX_DEPTH} deep")));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        if number > MAX_SAFE_INTEGER {
            return Err(E::custom("an integer past 2^53 - 1: send it as a string"));
        }
        Ok(Value::Number(number.into()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        if number.unsigned_abs() > MAX_SAFE_INTEGER {
            return Err(E::custom("an integer past 2^53 - 1: send it as a string"));
        }
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        // serde_json reads integers past 2^64 as floats: they are integers all the same.
        if number.fract() == 0.0 && number.abs() > 9_007_199_254_740_991.0 {
            return Err(E::custom("an integer past 2^53 - 1: send it as a string"));
        }
        Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut out = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut out = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(inner)?;
            if out.insert(key, value).is_some() {
                return Err(de::Error::custom("the same key twice in one object"));
            }
        }
        Ok(Value::Object(out))
    }
}

/// A JSON value read by [`parse`]'s rules wherever serde reads one.
#[derive(Debug, Clone, PartialEq)]
pub struct StrictValue(pub Value);

impl<'de> Deserialize<'de> for StrictValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::DeserializeSeed::deserialize(Strict { depth: 0 }, deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn canonical(text: &str) -> Result<String, CanonicalError> {
        to_vec(&parse(text.as_bytes())?).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn rfc_8785_3_2_2_the_sample_has_its_published_form() {
        let sample = r#"{
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }"#
        .replace("1E30", "1E3");
        let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1000,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
        assert_eq!(canonical(&sample).unwrap(), expected);
    }

    #[test]
    fn twins_that_mean_different_things_to_different_readers_are_refused() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":1,"\u0062":2}}"#,
            "9007199254740992",
            "-9007199254740992",
            "1E30",
            "18446744073709551616",
            "[1] 2",
            "",
            "{",
            "NaN",
            "\"\\ud800\"",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text} was accepted");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |n| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(deep(MAX_DEPTH).as_bytes()).is_ok());
        assert!(parse(deep(MAX_DEPTH + 1).as_bytes()).is_err());
    }

    #[test]
    fn the_order_of_keys_is_by_utf_16_code_units() {
        assert_eq!(
            canonical(r#"{"\u20ac":1,"\r":2,"\ud83d\ude00":3,"\ufb33":4,"1":5}"#).unwrap(),
            "{\"\\r\":2,\"1\":5,\"€\":1,\"😀\":3,\"\u{fb33}\":4}"
        );
    }

    proptest! {
        #[test]
        fn canonical_form_is_a_fixed_point(keys in prop::collection::btree_map("\\PC{0,8}", -1e6..1e6_f64, 0..8)) {
            let value = json!(keys);
            let once = to_vec(&value).unwrap();
            prop_assert_eq!(&to_vec(&parse(&once).unwrap()).unwrap(), &once);
        }

        #[test]
        fn no_bytes_panic_the_reader(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }
}
