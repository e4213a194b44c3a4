use std::fmt;

use manifest::FieldTree;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What a filter looks for and how much of a text it keeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sieve<'a> {
    /// What is kept.
    pub(crate) tree: &'a FieldTree,
    /// What probed texts are searched for; without it they hold nothing.
    pub(crate) mark: Option<&'a str>,
    /// The longest text that is kept, in bytes. A declared field is a state, a name or a moment:
    /// whoever puts a letter into it has it dropped like any other content.
    pub(crate) max_text_bytes: usize,
}

/// The answer is not JSON, or says one thing twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotJson;

/// Reads JSON and builds only what the tree names. What it does not name is skipped in the buffer:
/// it is never copied, decoded or allocated (CO-04).
pub(crate) fn filter(text: &[u8], sieve: Sieve<'_>) -> Result<Value, NotJson> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let kept = sieve.deserialize(&mut reader).map_err(|_| NotJson)?;
    reader.end().map_err(|_| NotJson)?;
    Ok(kept.unwrap_or(Value::Null))
}

impl<'a> Sieve<'a> {
    const fn below(self, tree: &'a FieldTree) -> Self {
        Self { tree, ..self }
    }

    fn scalar(self, value: Value) -> Option<Value> {
        matches!(self.tree, FieldTree::Scalar).then_some(value)
    }
}

impl<'de> DeserializeSeed<'de> for Sieve<'_> {
    /// `None` is not kept.
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Sieve<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        // Null says that there is nothing, which is no content.
        Ok(Some(Value::Null))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(self.scalar(Value::Bool(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(self.scalar(Value::Number(number.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(self.scalar(Value::Number(number.into())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).and_then(|number| self.scalar(Value::Number(number))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        match self.tree {
            FieldTree::Scalar if text.len() <= self.max_text_bytes => {
                Ok(Some(Value::String(text.to_owned())))
            }
            FieldTree::Probe => Ok(Some(
                self.mark.is_some_and(|mark| text.contains(mark)).into(),
            )),
            _ => Ok(None),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let (tree, chosen) = match self.tree {
            FieldTree::Items(tree) => (tree, None),
            FieldTree::Chosen { items, by, kinds } => (items, Some((by, kinds))),
            _ => {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(None);
            }
        };
        let is_kept = |item: &Value| {
            chosen.is_none_or(|(by, kinds)| {
                let kind = item.get(by).and_then(Value::as_str);
                kind.is_some_and(|kind| kinds.contains(kind))
            })
        };
        let mut kept = Vec::new();
        while let Some(item) = items.next_element_seed(self.below(tree))? {
            kept.extend(item.filter(is_kept));
        }
        Ok(Some(Value::Array(kept)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let FieldTree::Object(trees) = self.tree else {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(None);
        };
        let mut kept = Map::new();
        let mut seen = Vec::new();
        while let Some(found) = members.next_key_seed(Member(trees))? {
            let Some((name, tree)) = found else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            // Two readers might keep a different one.
            if seen.contains(&name) {
                return Err(A::Error::custom("the same key twice in one object"));
            }
            seen.push(name);
            if let Some(value) = members.next_value_seed(self.below(tree))? {
                kept.insert(name.to_owned(), value);
            }
        }
        Ok(Some(Value::Object(kept)))
    }
}

/// Finds the declared member that a key names, without keeping the key.
struct Member<'a>(&'a std::collections::BTreeMap<String, FieldTree>);

impl<'de, 'a> DeserializeSeed<'de> for Member<'a> {
    type Value = Option<(&'a str, &'a FieldTree)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Member<'a> {
    type Value = Option<(&'a str, &'a FieldTree)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self
            .0
            .get_key_value(key)
            .map(|(name, tree)| (name.as_str(), tree)))
    }
}
