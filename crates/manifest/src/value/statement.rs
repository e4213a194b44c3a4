use serde_json::{Map, Value};

use super::{ArgumentError, Fields, Role, to_text};

/// A statement of a query language, such as SOQL or JQL, with holes: `… WHERE CreatedDate >= {since}`.
/// The manifest says everything but what stands in the holes.
#[derive(Debug, PartialEq, Eq)]
pub struct Statement {
    /// The text before the first hole.
    head: String,
    /// Each hole, and the text after it.
    rest: Vec<(String, String)>,
}

/// Why a text is no statement with holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StatementError {
    #[error("a statement is one line of text with {{name}} in it, each once")]
    Shape,
    #[error("beside a hole stands neither another hole nor a letter, a digit or one of - _ . : +")]
    Neighbours,
}

impl Statement {
    pub(crate) fn parse(text: &str) -> Result<Self, StatementError> {
        let mut pieces = text.split('{');
        let head = pieces.next().unwrap_or_default().to_owned();
        let mut rest: Vec<(String, String)> = Vec::new();
        for piece in pieces {
            let (name, after) = piece.split_once('}').ok_or(StatementError::Shape)?;
            let again = rest.iter().any(|(other, _)| other == name);
            if !super::is_name(name) || again {
                return Err(StatementError::Shape);
            }
            rest.push((name.to_owned(), after.to_owned()));
        }
        let texts = || {
            [&head]
                .into_iter()
                .chain(rest.iter().map(|(_, after)| after))
        };
        let plain = |text: &String| !text.contains('}') && !text.chars().any(char::is_control);
        if rest.is_empty() || !texts().all(plain) {
            return Err(StatementError::Shape);
        }
        // What a hole takes ends where something else begins: a text is read back in one way only.
        let before = head.chars().next_back().is_some_and(fits);
        let last = rest.len() - 1;
        let beside = rest.iter().enumerate().any(|(index, (_, after))| {
            let touches = |letter: Option<char>| letter.is_none_or(fits) && index < last;
            after.chars().next().is_some_and(fits) || touches(after.chars().next_back())
        });
        if before || beside {
            return Err(StatementError::Neighbours);
        }
        Ok(Self { head, rest })
    }

    pub(crate) fn holes(&self) -> impl Iterator<Item = &str> {
        self.rest.iter().map(|(name, _)| name.as_str())
    }

    /// Whether a text could be both statements; it may say yes where none could.
    pub(crate) fn may_be(&self, other: &Self) -> bool {
        self.head.starts_with(&other.head) || other.head.starts_with(&self.head)
    }

    /// The statement with what `text` gives for each hole.
    fn write<'a>(&self, text: impl Fn(&str) -> Option<&'a Value>) -> Result<String, ArgumentError> {
        let mut written = self.head.clone();
        for (name, after) in &self.rest {
            let given = text(name).and_then(to_text);
            let given = given.ok_or_else(|| ArgumentError::new(name, "required"))?;
            check(&given).map_err(|problem| ArgumentError::new(name, problem))?;
            written += &given;
            written += after;
        }
        Ok(written)
    }

    /// What stands in the holes of `written`; `None` where it is another statement.
    pub(crate) fn read(&self, written: &str) -> Option<Vec<(&str, String)>> {
        let mut left = written.strip_prefix(self.head.as_str())?;
        let mut found = Vec::new();
        for (name, after) in &self.rest {
            let end = left.find(|letter| !fits(letter)).unwrap_or(left.len());
            let (given, next) = left.split_at_checked(end)?;
            check(given).ok()?;
            found.push((name.as_str(), given.to_owned()));
            left = next.strip_prefix(after.as_str())?;
        }
        left.is_empty().then_some(found)
    }
}

/// Whether a letter may stand in a hole: none that ends a literal, a word or a number, in any
/// language of queries.
const fn fits(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':' | '+')
}

/// What is wrong with a text for a hole. `--` begins a comment in SQL and its kin, also where the hole
/// is in no quotes.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    if text.contains("--") {
        Err("no -- may stand in a statement")
    } else if !text.is_empty() && text.chars().all(fits) {
        Ok(())
    } else {
        Err("only letters, digits and - _ . : + may stand in a statement")
    }
}

impl Fields {
    /// The statements, with what `flat` gives for their holes put into them.
    pub(crate) fn write_statements(
        &self,
        mut flat: Map<String, Value>,
    ) -> Result<Map<String, Value>, ArgumentError> {
        for (name, field) in self.iter() {
            let Role::Statement(statement) = &field.role else {
                continue;
            };
            let written = statement.write(|hole| flat.get(hole))?;
            for hole in statement.holes() {
                flat.remove(hole);
            }
            flat.insert(name.to_owned(), written.into());
        }
        Ok(flat)
    }

    /// The other way round; `None` where a statement is another one.
    pub(crate) fn read_statements(
        &self,
        mut flat: Map<String, Value>,
    ) -> Option<Map<String, Value>> {
        for (name, field) in self.iter() {
            let Role::Statement(statement) = &field.role else {
                continue;
            };
            let written = flat.remove(name)?;
            for (hole, text) in statement.read(written.as_str()?)? {
                let kind = self.argument(hole)?;
                let value = kind.read_text(&text)?;
                kind.check(hole, &value).ok()?;
                flat.insert(hole.to_owned(), value);
            }
        }
        Some(flat)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SOQL: &str =
        "SELECT Id FROM CaseHistory WHERE CreatedDate >= {since} AND Id > '{after}' LIMIT {limit}";

    fn write(since: &str, after: &str, limit: &str) -> Result<String, ArgumentError> {
        let values = [("since", since), ("after", after), ("limit", limit)];
        let values = values.map(|(name, text)| (name, Value::from(text)));
        let given = |name: &str| {
            values
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, value)| value)
        };
        Statement::parse(SOQL).unwrap().write(given)
    }

    #[test]
    fn nothing_in_a_hole_leaves_it() {
        let written = write("2026-03-02T09:00:00Z", "5003000000D8cuI", "100").unwrap();
        assert!(written.ends_with("Id > '5003000000D8cuI' LIMIT 100"));
        for bad in [
            "",
            " ",
            "x'",
            "x' OR Id != '",
            "x\\",
            "x\\'",
            "1 OR 1=1",
            "1)",
            "(SELECT",
            "*",
            "a,b",
            "a\nb",
            "a--b c",
            "a--b",
            "--",
            "1--1",
            "---",
            "/*",
            "x%",
            "é",
            "\u{2019}",
            "{since}",
            "\0",
            "a;b",
            "a\"b",
            "a`b",
            "a=b",
            "a/b",
            "a|b",
            "a&b",
            "a<b",
        ] {
            assert!(
                write("2026-03-02T09:00:00Z", bad, "100").is_err(),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn another_statement_is_not_read() {
        let statement = Statement::parse(SOQL).unwrap();
        let good = write("2026-03-02T09:00:00Z", "500", "100").unwrap();
        assert_eq!(
            statement.read(&good).unwrap(),
            [
                ("since", "2026-03-02T09:00:00Z".to_owned()),
                ("after", "500".to_owned()),
                ("limit", "100".to_owned()),
            ]
        );
        for other in [
            good.replace("CaseHistory", "User"),
            good.replace("SELECT Id", "SELECT Id, OldValue"),
            good.replace("select", "SELECT").to_lowercase(),
            good.replace(" AND ", " OR "),
            good.replace("'500'", "'500' OR Id != ''"),
            good.replace("'500'", "500"),
            good.replace("LIMIT 100", "LIMIT 100 OFFSET 1"),
            good.replace("LIMIT 100", "LIMIT "),
            format!("{good} "),
            format!(" {good}"),
            good.replace(" >= ", ">="),
            good.replace(' ', "\u{a0}"),
            String::new(),
        ] {
            assert_eq!(statement.read(&other), None, "{other}");
        }
    }

    /// In SQL and its kin the rest of the line would be no statement any more.
    #[test]
    fn no_hole_begins_a_comment_whether_in_quotes_or_not() {
        for text in ["Id = {a} AND Owner = 'me'", "Id = '{a}' AND Owner = 'me'"] {
            let statement = Statement::parse(text).unwrap();
            for (given, good) in [("1-2", true), ("-1", true), ("1--", false), ("--", false)] {
                let value = Value::from(given);
                let written = statement.write(|_| Some(&value));
                assert_eq!(written.is_ok(), good, "{text} {given}");
                let read = statement.read(&text.replace("{a}", given));
                assert_eq!(read.is_some(), good, "{text} {given}");
            }
        }
    }

    #[test]
    fn holes_stand_alone() {
        for bad in [
            "",
            "SELECT Id",
            "{a}{b}",
            "x{a}",
            "{a}x",
            "{a}1",
            "{a}.{b}",
            "{a",
            "a}",
            "{}",
            "{a} {a}",
            "{a b}",
            "{a}\n",
            "'{a}'}",
            "{a}' '{b}x",
            "{a}-{b}",
        ] {
            assert!(Statement::parse(bad).is_err(), "{bad}");
        }
        for good in [
            "{a}",
            "{a} {b}",
            "'{a}'",
            "({a}) AND ({b})",
            "x = {a}",
            "{a}', '{b}",
        ] {
            assert!(Statement::parse(good).is_ok(), "{good}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(since: String, after: String, limit: String) {
            if let Ok(written) = write(&since, &after, &limit) {
                let statement = Statement::parse(SOQL).unwrap();
                let expected = [("since", since), ("after", after), ("limit", limit)];
                prop_assert_eq!(statement.read(&written).unwrap(), expected);
            }
        }

        /// Whatever is read is what the holes would have written.
        #[test]
        fn what_is_read_was_written(at: prop::sample::Index, cut in 0..5_usize, with in "\\PC{0,4}|[' A-Z0-9]{0,6}") {
            let good = write("2026-03-02T09:00:00Z", "500", "100").unwrap();
            let start = at.index(good.len());
            let end = (start + cut).min(good.len());
            let (before, after) = (good.get(..start).unwrap(), good.get(end..).unwrap());
            let bent = [before, with.as_str(), after].concat();
            let statement = Statement::parse(SOQL).unwrap();
            if let Some(found) = statement.read(&bent) {
                let found: Vec<(&str, Value)> = found.into_iter().map(|(n, t)| (n, t.into())).collect();
                let given = |name: &str| found.iter().find(|(n, _)| *n == name).map(|(_, v)| v);
                prop_assert_eq!(statement.write(given).unwrap(), bent);
            }
        }

        #[test]
        fn no_text_panics_the_reader(text: String) {
            if let Ok(statement) = Statement::parse(&text) {
                let _ = statement.read(&text);
            }
        }
    }
}
