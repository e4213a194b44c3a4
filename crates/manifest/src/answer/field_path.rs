use std::fmt;

use serde_json::Value;

/// Where in an answer a value is: `number`, `[].labels[].name`, `data.items[].id`. A key that has dots in it
/// stands in quotes: `error.".tag"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath(Vec<Step>);

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into the member of this name.
    Key(String),
    /// Into every item.
    Items,
}

/// The path of the whole answer.
const WHOLE: &str = ".";
/// Steps of the longest path.
const MAX_STEPS: usize = 16;

impl FieldPath {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == WHOLE {
            return Some(Self(Vec::new()));
        }
        let mut steps = Vec::new();
        for (index, piece) in pieces(text)?.into_iter().enumerate() {
            let written = piece.trim_end_matches("[]");
            let items = (piece.len() - written.len()) / 2;
            // Only the first piece may be bare brackets: `[].number`, but not `a..[]`.
            let bare = index == 0 && written.is_empty() && items > 0;
            if !bare {
                steps.push(Step::Key(read_key(written)?.to_owned()));
            }
            steps.extend(std::iter::repeat_n(Step::Items, items));
        }
        (steps.len() <= MAX_STEPS).then_some(Self(steps))
    }

    /// The member of this name, at the top.
    pub(crate) fn of_key(key: &str) -> Self {
        Self(vec![Step::Key(key.to_owned())])
    }

    /// The name of the member that it begins with; nothing where it begins with a list.
    pub(crate) fn first_key(&self) -> Option<&str> {
        match self.0.first() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// Whether one of the two is the other one, or leads to it.
    pub(crate) fn touches(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(one, other)| one == other)
    }

    /// The path of a list itself: `[]` or `events[]`.
    pub(crate) fn ends_in_items(&self) -> bool {
        self.0.last() == Some(&Step::Items)
    }

    /// The list of which this path names the items.
    pub(crate) fn list(&self) -> Option<Self> {
        match self.0.split_last() {
            Some((Step::Items, list)) if !list.is_empty() => Some(Self(list.to_vec())),
            _ => None,
        }
    }

    /// The path of the whole answer.
    pub(crate) const fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it names one place only.
    pub(crate) fn is_single(&self) -> bool {
        !self.0.contains(&Step::Items)
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// `self`, then `rest` below it.
    pub(crate) fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// The value at a path without `[]`.
    pub fn get<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(value, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Items => None,
        })
    }

    /// The value at a path without `[]`, to take it out.
    pub fn get_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        self.0.iter().try_fold(value, |value, step| match step {
            Step::Key(key) => value.get_mut(key),
            Step::Items => None,
        })
    }

    /// The value at the path, where every list on the way has exactly one item.
    pub(crate) fn only<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.0
            .iter()
            .try_fold(value, |value, step| match (step, value) {
                (Step::Key(key), _) => value.get(key),
                (Step::Items, Value::Array(items)) if items.len() == 1 => items.first(),
                (Step::Items, _) => None,
            })
    }

    /// Puts a value there, and makes the objects, and lists of one item, that lead to it.
    pub(crate) fn put(&self, root: &mut Value, value: Value) {
        let mut place = root;
        for step in &self.0 {
            place = match step {
                Step::Key(key) => {
                    if !place.is_object() {
                        *place = Value::Object(serde_json::Map::new());
                    }
                    &mut place[key.as_str()]
                }
                Step::Items => {
                    if place.as_array().is_none_or(Vec::is_empty) {
                        *place = Value::Array(vec![Value::Null]);
                    }
                    &mut place[0]
                }
            };
        }
        *place = value;
    }

    /// The value at the path, where there is exactly one.
    pub(crate) fn one<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        let mut found = self.all(value).into_iter();
        found.next().filter(|_| found.next().is_none())
    }

    /// Every value at the path, in order.
    pub fn all<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        self.0.iter().fold(vec![value], |values, step| {
            let down = |value: &'a Value| match step {
                Step::Key(key) => value.get(key).into_iter().collect(),
                Step::Items => value
                    .as_array()
                    .map_or_else(Vec::new, |items| items.iter().collect()),
            };
            values.into_iter().flat_map(down).collect()
        })
    }
}

/// What stands between the dots that are not in quotes; `None` where a quote is open at the end.
fn pieces(text: &str) -> Option<Vec<&str>> {
    let (mut pieces, mut rest, mut from) = (Vec::new(), text, 0);
    let mut is_quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => {
                let (piece, next) = rest.split_at_checked(at - from)?;
                pieces.push(piece);
                rest = next.strip_prefix('.')?;
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(rest);
    (!is_quoted).then_some(pieces)
}

/// The key that is written so. Each has one spelling: quotes stand round dots alone.
fn read_key(written: &str) -> Option<&str> {
    let quoted = written
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let key = quoted.unwrap_or(written);
    let is_key = crate::value::is_key(key) && !key.contains(['[', ']']);
    (is_key && quoted.is_some() == key.contains('.')).then_some(key)
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() {
            return f.write_str(WHOLE);
        }
        for (index, step) in self.0.iter().enumerate() {
            let Step::Key(key) = step else {
                f.write_str("[]")?;
                continue;
            };
            if index > 0 {
                f.write_str(".")?;
            }
            if key.contains('.') {
                write!(f, "\"{key}\"")?;
            } else {
                f.write_str(key)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_are_written_as_they_are_read() {
        for text in [
            "number",
            "[].number",
            "[].labels[].name",
            "a.b[][].c",
            "[]",
            "page-info.x",
            "error.\".tag\"",
            "entries[].\"a.b\"[].c",
            ".",
        ] {
            assert_eq!(
                FieldPath::parse(text)
                    .map(|path| path.to_string())
                    .as_deref(),
                Some(text)
            );
        }
        for bad in [
            "",
            "..",
            "a.",
            ".a",
            "a..b",
            "a.[]",
            "a[0]",
            "a[].[]",
            "*",
            "a[b]",
            "$.a",
            "a b",
            "\"a\"",
            "\".a",
            "a.\".b",
            "\"\"",
            "\"a.b\"c",
            "a\"b.c\"",
            "\"a.b[]\"",
            "\"a.\"\"",
        ] {
            assert_eq!(FieldPath::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_finds_every_value_in_order() {
        let answer = json!([{"l": [{"n": 1}, {"n": 2}]}, {"l": []}, {"l": [{"n": 3}, {}]}, {}]);
        let path = FieldPath::parse("[].l[].n").unwrap();
        assert_eq!(path.all(&answer), [&json!(1), &json!(2), &json!(3)]);
        assert_eq!(path.get(&answer), None);
        assert_eq!(path.one(&answer), None);
        assert_eq!(path.one(&json!([{"l": [{}, {"n": 1}]}])), Some(&json!(1)));
    }
}
