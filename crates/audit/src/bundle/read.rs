use std::io::{BufRead, Read};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{BundleError, BundleProblem, End, FORMAT, Header, VERSION};
use crate::leaf::HashedRow;
use crate::merkle::Hash;

/// How much of a stranger's file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest line, in bytes.
    pub line_bytes: u64,
    /// The most lines.
    pub lines: u64,
}

impl Default for Limits {
    fn default() -> Self {
        // The database holds an entry to about 5 kB. A verifier keeps about 50 bytes a leaf: so many
        // lines are 5 GB of memory and some 60 GB of file.
        Self {
            line_bytes: 1 << 20,
            lines: 100_000_000,
        }
    }
}

/// A line between the header and the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleLine {
    /// The next leaf, and its row if that is there.
    Leaf(Hash, Option<HashedRow>),
    /// A row without a leaf line.
    Row(HashedRow),
}

/// Reads a bundle line by line; holds no more than one.
#[derive(Debug)]
pub struct BundleReader<R> {
    input: R,
    limits: Limits,
    header: Header,
    line: u64,
    leaves: u64,
    rows: u64,
    ended: bool,
}

#[derive(Deserialize)]
struct Version {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyLine<'a> {
    index: Option<u64>,
    leaf: Option<Hash>,
    #[serde(borrow)]
    entry: Option<&'a RawValue>,
    end: Option<End>,
}

impl<R: BufRead> BundleReader<R> {
    /// Reads the header.
    pub fn open(mut input: R, limits: Limits) -> Result<Self, BundleError> {
        let at = |problem| BundleError { line: 1, problem };
        let text = next_line(&mut input, limits)
            .map_err(at)?
            .ok_or(at(BundleProblem::Cut))?;
        // Before the rest, whose fields another version may have otherwise.
        let version: Option<Version> = serde_json::from_slice(&text).ok();
        if version.is_none_or(|read| read.format != FORMAT || read.version != VERSION) {
            return Err(at(BundleProblem::Format));
        }
        let header = serde_json::from_slice(&text)
            .map_err(BundleProblem::Malformed)
            .map_err(at)?;
        Ok(Self {
            input,
            limits,
            header,
            line: 1,
            leaves: 0,
            rows: 0,
            ended: false,
        })
    }

    /// The first line.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    fn advance(&mut self) -> Result<Option<BundleLine>, BundleProblem> {
        self.line += 1;
        if self.line > self.limits.lines {
            return Err(BundleProblem::TooManyLines(self.limits.lines));
        }
        let Some(text) = next_line(&mut self.input, self.limits)? else {
            return if self.ended {
                Ok(None)
            } else {
                Err(BundleProblem::Cut)
            };
        };
        if self.ended {
            return Err(expected("nothing after the end line"));
        }
        let line: AnyLine = serde_json::from_slice(&text).map_err(BundleProblem::Malformed)?;
        self.take(line)
    }

    fn take(&mut self, line: AnyLine) -> Result<Option<BundleLine>, BundleProblem> {
        let more = self.leaves < self.header.size;
        let hashed = |entry: &RawValue| HashedRow::of_text(line.index, entry.get().as_bytes());
        let row = line.entry.map(hashed).transpose()?;
        match (line, row) {
            (
                AnyLine {
                    leaf: Some(leaf),
                    index: Some(index),
                    end: None,
                    ..
                },
                row,
            ) if more && index == self.leaves => {
                self.leaves += 1;
                self.rows += u64::from(row.is_some());
                Ok(Some(BundleLine::Leaf(leaf, row)))
            }
            _ if more => Err(expected(&format!(
                "the leaf with the index {}",
                self.leaves
            ))),
            (
                AnyLine {
                    leaf: None,
                    end: None,
                    ..
                },
                Some(row),
            ) => {
                self.rows += 1;
                Ok(Some(BundleLine::Row(row)))
            }
            (
                AnyLine {
                    leaf: None,
                    index: None,
                    end: Some(end),
                    ..
                },
                None,
            ) => self.end(end),
            _ => Err(expected("a row without a leaf, or the end line")),
        }
    }

    fn end(&mut self, end: End) -> Result<Option<BundleLine>, BundleProblem> {
        if end.rows != self.rows {
            return Err(BundleProblem::Count {
                counted: end.rows,
                found: self.rows,
            });
        }
        self.ended = true;
        self.advance()
    }
}

impl<R: BufRead> Iterator for BundleReader<R> {
    type Item = Result<BundleLine, BundleError>;

    /// The next line. After an error the rest means nothing: stop there.
    fn next(&mut self) -> Option<Self::Item> {
        let advanced = self.advance();
        advanced
            .map_err(|problem| BundleError {
                line: self.line,
                problem,
            })
            .transpose()
    }
}

fn expected(what: &str) -> BundleProblem {
    BundleProblem::Order {
        expected: what.to_owned(),
    }
}

fn next_line(input: &mut impl BufRead, limits: Limits) -> Result<Option<Vec<u8>>, BundleProblem> {
    let mut text = Vec::new();
    input
        .by_ref()
        .take(limits.line_bytes + 1)
        .read_until(b'\n', &mut text)
        .map_err(BundleProblem::Io)?;
    if text.pop_if(|last| *last == b'\n').is_some() {
        return Ok(Some(text));
    }
    match text.len() as u64 {
        0 => Ok(None),
        length if length > limits.line_bytes => Err(BundleProblem::LineTooLong(limits.line_bytes)),
        _ => Err(BundleProblem::Cut),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::*;
    use crate::bundle::BundleWriter;
    use crate::fixture::{ORIGIN, entry};
    use crate::leaf::hash;

    fn bundle() -> String {
        let mut writer =
            BundleWriter::new(Vec::new(), &Header::new(ORIGIN, 3, vec!["note\n".into()])).unwrap();
        writer.leaf(hash(&entry(0)), Some(&entry(0))).unwrap();
        writer.leaf(hash(&entry(1)), None).unwrap();
        writer.leaf(hash(&entry(2)), Some(&entry(2))).unwrap();
        writer.row(None, &entry(3)).unwrap();
        writer.row(Some(1), &entry(4)).unwrap();
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    fn read(text: &str, limits: Limits) -> Result<Vec<BundleLine>, BundleError> {
        BundleReader::open(text.as_bytes(), limits)?.collect()
    }

    fn refused(text: &str) -> (u64, &'static str) {
        let error = read(text, Limits::default()).unwrap_err();
        (error.line, error.problem.code())
    }

    #[test]
    fn what_was_written_is_read() {
        let hashed = |index, n| HashedRow::of_entry(index, &entry(n));
        let leaf = |n| hash(&entry(n));
        let expected = vec![
            BundleLine::Leaf(leaf(0), Some(hashed(Some(0), 0))),
            BundleLine::Leaf(leaf(1), None),
            BundleLine::Leaf(leaf(2), Some(hashed(Some(2), 2))),
            BundleLine::Row(hashed(None, 3)),
            BundleLine::Row(hashed(Some(1), 4)),
        ];
        assert_eq!(read(&bundle(), Limits::default()).unwrap(), expected);
    }

    #[test]
    fn a_bundle_with_too_few_leaves_is_not_finished() {
        let writer = BundleWriter::new(Vec::new(), &Header::new(ORIGIN, 3, vec![])).unwrap();
        assert!(writer.finish().is_err());
    }

    #[test]
    fn a_bundle_cut_anywhere_is_refused() {
        let whole = bundle();
        for length in 0..whole.len() {
            let Some(cut) = whole.get(..length) else {
                continue;
            };
            assert_eq!(refused(cut).1, "audit.bundle_cut", "{cut:?}");
        }
    }

    #[test]
    fn wrong_lines_are_named() {
        let whole = bundle();
        let lines: Vec<_> = whole.lines().collect();
        let without = |dropped: usize| {
            let mut kept = lines.clone();
            kept.remove(dropped);
            kept.join("\n") + "\n"
        };
        assert_eq!(refused(&without(0)), (1, "audit.bundle_format"));
        assert_eq!(refused(&without(1)), (2, "audit.bundle_malformed"));
        assert_eq!(refused(&without(3)), (4, "audit.bundle_malformed"));
        assert_eq!(refused(&without(4)), (6, "audit.bundle_malformed"));
        assert_eq!(
            refused(&format!("{whole}\n")),
            (8, "audit.bundle_malformed")
        );
        assert_eq!(
            refused(&whole.replacen("\"version\":1", "\"version\":2", 1)).0,
            1
        );
        let doubled = whole.replacen("\"index\":1", "\"index\":1,\"index\":1", 1);
        assert_eq!(refused(&doubled), (3, "audit.bundle_malformed"));
        let unknown = whole.replacen("\"index\":2", "\"index\":2,\"x\":1", 1);
        assert_eq!(refused(&unknown), (4, "audit.bundle_malformed"));
        let spaced = whole.replacen("\"v\":1", "\"v\": 1", 1);
        assert_eq!(refused(&spaced), (2, "audit.bundle_entry"));
    }

    #[test]
    fn limits_hold() {
        let tight = Limits {
            line_bytes: 200,
            lines: 100,
        };
        let refused = read(&bundle(), tight).unwrap_err();
        assert_eq!(
            (refused.line, refused.problem.code()),
            (2, "audit.bundle_too_large")
        );
        let few = Limits {
            lines: 4,
            ..Limits::default()
        };
        let refused = read(&bundle(), few).unwrap_err();
        assert_eq!(
            (refused.line, refused.problem.code()),
            (5, "audit.bundle_too_large")
        );
        // Without a single newline: no more than the limit is ever held.
        let endless = io::repeat(b'x').take(u64::MAX);
        let refused = BundleReader::open(io::BufReader::new(endless), tight).unwrap_err();
        assert_eq!(refused.problem.code(), "audit.bundle_too_large");
    }

    proptest! {
        #[test]
        fn no_changed_byte_panics_the_reader(at: prop::sample::Index, with: u8) {
            let mut bytes = bundle().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = with;
            if let Ok(reader) = BundleReader::open(bytes.as_slice(), Limits::default()) {
                reader.take(20).for_each(drop);
            }
        }
    }
}
