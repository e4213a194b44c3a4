use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;

use super::{End, Header};
use crate::leaf::{EntryRow, canonical};
use crate::merkle::Hash;

/// Writes a bundle line by line; holds no more than one.
pub struct BundleWriter<W: Write> {
    out: W,
    size: u64,
    leaves: u64,
    rows: u64,
}

#[derive(Serialize)]
struct LeafLine<'a> {
    index: u64,
    leaf: Hash,
    entry: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct RowLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    entry: &'a RawValue,
}

#[derive(Serialize)]
struct EndLine {
    end: End,
}

impl<W: Write> BundleWriter<W> {
    /// Begins a bundle. Wrap `out` in a buffer: every line is a write.
    pub fn new(mut out: W, header: &Header) -> io::Result<Self> {
        line(&mut out, header)?;
        Ok(Self {
            out,
            size: header.size,
            leaves: 0,
            rows: 0,
        })
    }

    /// Writes the next leaf and its row; `None` where there is none, or where it is withheld.
    pub fn leaf(&mut self, leaf: Hash, row: Option<&EntryRow>) -> io::Result<()> {
        let entry = row.map(raw).transpose()?;
        line(
            &mut self.out,
            &LeafLine {
                index: self.leaves,
                leaf,
                entry: entry.as_deref(),
            },
        )?;
        self.leaves += 1;
        self.rows += u64::from(row.is_some());
        Ok(())
    }

    /// Writes a row that no leaf line has: one that is not sequenced yet, or one whose `index` is
    /// taken or past the end. After all leaves.
    pub fn row(&mut self, index: Option<u64>, row: &EntryRow) -> io::Result<()> {
        line(
            &mut self.out,
            &RowLine {
                index,
                entry: &raw(row)?,
            },
        )?;
        self.rows += 1;
        Ok(())
    }

    /// Ends the bundle. Fails where there were not as many leaves as the header says.
    pub fn finish(mut self) -> io::Result<W> {
        if self.leaves != self.size {
            let message = format!("{} leaves were written, not {}", self.leaves, self.size);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        line(
            &mut self.out,
            &EndLine {
                end: End { rows: self.rows },
            },
        )?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn raw(row: &EntryRow) -> io::Result<Box<RawValue>> {
    let text = String::from_utf8(canonical(row)).map_err(io::Error::other)?;
    Ok(RawValue::from_string(text)?)
}

fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    out.write_all(&text)
}
