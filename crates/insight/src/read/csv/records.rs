use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::limits::{Bound, Limits};
use crate::read::ReadError;
use crate::read::window::Window;

/// The rows of a CSV file, one at a time, in buffers that cannot grow past the limits.
pub(super) struct Records {
    reader: Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    used: usize,
    count: usize,
    max_row_bytes: usize,
    max_columns: usize,
    /// Whether the row that was read last ended with the file instead of a line end.
    pub(super) no_final_line_end: bool,
}

impl Records {
    pub(super) fn new(delimiter: u8, limits: &Limits) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            cells: vec![0; limits.max_item_bytes.min(4 << 10)],
            ends: vec![0; limits.max_columns.min(64)],
            used: 0,
            count: 0,
            max_row_bytes: limits.max_item_bytes,
            max_columns: limits.max_columns,
            no_final_line_end: false,
        }
    }

    /// Reads the next row that is not an empty line. `false` at the end of the file.
    pub(super) fn next(&mut self, window: &mut Window<'_>) -> Result<bool, ReadError> {
        self.used = 0;
        self.count = 0;
        let mut begun = false;
        loop {
            // csv-core takes an empty input for the end of the file.
            if window.rest().is_empty() && !window.more()? {
                return self.end(window, begun);
            }
            let (result, taken) = self.step(window.rest());
            let taken_text = window.rest().get(..taken).unwrap_or_default();
            begun = begun || taken_text.iter().any(|byte| !b"\r\n".contains(byte));
            window.consume(taken);
            match result {
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
                full => self.grow(&full, window)?,
            }
        }
    }

    /// How many cells the row has.
    pub(super) fn cell_count(&self) -> usize {
        self.count
    }

    /// A cell of the row, from 0; empty past its end.
    pub(super) fn cell(&self, at: usize) -> &[u8] {
        let Some(&end) = self.ends.get(at).filter(|_| at < self.count) else {
            return &[];
        };
        let start = at
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied();
        self.cells.get(start.unwrap_or(0)..end).unwrap_or_default()
    }

    /// All cells of the row.
    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).map(|at| self.cell(at))
    }

    /// Whether no cell of the row holds anything.
    pub(super) fn is_blank(&self) -> bool {
        self.count > 1 && self.cells().all(|cell| cell.trim_ascii().is_empty())
    }

    /// The line on which the row begins.
    pub(super) fn line(&self, window: &Window<'_>) -> u64 {
        let inside = self.cells.get(..self.used).unwrap_or_default();
        window.line_of_last() - memchr::memchr_iter(b'\n', inside).count() as u64
    }

    fn step(&mut self, input: &[u8]) -> (ReadRecordResult, usize) {
        let cells = self.cells.get_mut(self.used..).unwrap_or_default();
        let ends = self.ends.get_mut(self.count..).unwrap_or_default();
        let (result, taken, written, ended) = self.reader.read_record(input, cells, ends);
        self.used += written;
        self.count += ended;
        (result, taken)
    }

    fn grow(&mut self, full: &ReadRecordResult, window: &Window<'_>) -> Result<(), ReadError> {
        let (length, limit, bound) = match full {
            ReadRecordResult::OutputFull => (self.cells.len(), self.max_row_bytes, Bound::Item),
            _ => (self.ends.len(), self.max_columns, Bound::Columns),
        };
        if length >= limit {
            return Err(window.too_much(bound));
        }
        let length = (length * 2).clamp(1, limit);
        match bound {
            Bound::Item => self.cells.resize(length, 0),
            _ => self.ends.resize(length, 0),
        }
        Ok(())
    }

    /// Ends the last row, if it has begun, as a line end would. If that does not end it, the line
    /// end was taken into a quoted cell: its closing quote never came.
    fn end(&mut self, window: &Window<'_>, begun: bool) -> Result<bool, ReadError> {
        if !begun {
            return Ok(false);
        }
        loop {
            match self.step(b"\n").0 {
                ReadRecordResult::Record => {
                    self.no_final_line_end = true;
                    return Ok(true);
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                    let inside = self.cells.get(..self.used).unwrap_or_default();
                    // One of these is the line end that was just made up.
                    let lines = memchr::memchr_iter(b'\n', inside).count() as u64;
                    let begins = (window.line_at(usize::MAX) + 1).saturating_sub(lines);
                    let inside = format!("a quoted cell of the row that begins on line {begins}");
                    return Err(ReadError::Truncated {
                        line: window.last_line(),
                        inside,
                    });
                }
                full => self.grow(&full, window)?,
            }
        }
    }
}
