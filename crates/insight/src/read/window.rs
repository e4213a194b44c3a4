use std::io::Read;

use super::error::ReadError;
use super::progress::{OnProgress, Progress, SourceState};
use super::source;
use crate::limits::{Bound, Limits};

/// What is taken from the source at a time. Small enough for a processor's second-level cache.
const CHUNK_BYTES: usize = 128 << 10;
const PROGRESS_EVERY_BYTES: u64 = 1 << 20;

/// A piece of the text that slides over the source. What it shows is UTF-8 without control
/// characters; it knows the line of every position in it.
pub(super) struct Window<'a> {
    source: Box<dyn Read + 'a>,
    state: SourceState,
    on_progress: OnProgress<'a>,
    limits: &'a Limits,
    buffer: Vec<u8>,
    /// What was taken and not yet consumed: `buffer[at..checked]` is shown, `checked..filled` is
    /// the beginning of a character whose rest is still to come.
    at: usize,
    checked: usize,
    filled: usize,
    ended: bool,
    /// Line ends before `buffer[0]`.
    lines_before: u64,
    total_bytes: u64,
    told_at_bytes: u64,
    /// Events so far, for the progress callback.
    pub(super) events: u64,
    /// Set when an XML declaration names an encoding that only agrees with UTF-8 on ASCII.
    pub(super) only_ascii: Option<String>,
}

impl<'a> Window<'a> {
    pub(super) fn open(
        reader: impl Read + 'a,
        limits: &'a Limits,
        on_progress: OnProgress<'a>,
    ) -> Result<Self, ReadError> {
        let state = SourceState::default();
        Ok(Self {
            source: source::open(reader, &state)?,
            state,
            on_progress,
            limits,
            buffer: vec![0; CHUNK_BYTES],
            at: 0,
            checked: 0,
            filled: 0,
            ended: false,
            lines_before: 0,
            total_bytes: 0,
            told_at_bytes: 0,
            events: 0,
            only_ascii: None,
        })
    }

    /// The text at hand, from the first byte not consumed.
    #[inline]
    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..self.checked).unwrap_or_default()
    }

    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        self.at = self.at.saturating_add(count).min(self.checked);
    }

    /// The line of the byte at this distance from the start of [`rest`](Self::rest), from 1.
    pub(super) fn line_at(&self, distance: usize) -> u64 {
        let end = self.at.saturating_add(distance).min(self.checked);
        let before = self.buffer.get(..end).unwrap_or_default();
        1 + self.lines_before + memchr::memchr_iter(b'\n', before).count() as u64
    }

    /// The line of the first byte not consumed.
    pub(super) fn line(&self) -> u64 {
        self.line_at(0)
    }

    pub(super) fn too_much(&self, bound: Bound) -> ReadError {
        ReadError::TooMuch {
            line: self.line(),
            bound,
            limit: bound.of(self.limits),
        }
    }

    pub(super) fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// The line of the last byte at hand; at the end of the file, its last line.
    pub(super) fn last_line(&self) -> u64 {
        let before = self.buffer.get(..self.checked.saturating_sub(1));
        1 + self.lines_before
            + memchr::memchr_iter(b'\n', before.unwrap_or_default()).count() as u64
    }

    /// The line of the last byte consumed.
    pub(super) fn line_of_last(&self) -> u64 {
        let before = self
            .buffer
            .get(..self.at.saturating_sub(1))
            .unwrap_or_default();
        1 + self.lines_before + memchr::memchr_iter(b'\n', before).count() as u64
    }

    /// Takes more text in, keeping what is not consumed. `false` at the end of the source.
    ///
    /// The window grows while one item needs it, up to the limit for an item.
    pub(super) fn more(&mut self) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        self.slide();
        if self.filled == self.buffer.len() {
            let room = self.limits.max_item_bytes.max(CHUNK_BYTES);
            if self.buffer.len() >= room {
                return Err(self.too_much(Bound::Item));
            }
            self.buffer.resize((self.buffer.len() * 2).min(room), 0);
        }
        let before = self.checked;
        while !self.ended && self.checked == before {
            self.fill()?;
            self.check(before)?;
        }
        self.tell()?;
        Ok(self.checked > before)
    }

    fn slide(&mut self) {
        let consumed = self.buffer.get(..self.at).unwrap_or_default();
        self.lines_before += memchr::memchr_iter(b'\n', consumed).count() as u64;
        self.buffer.copy_within(self.at..self.filled, 0);
        self.filled -= self.at;
        self.checked -= self.at;
        self.at = 0;
    }

    /// Fills the buffer to its end, so that a source that gives a byte at a time costs no more
    /// attempts at an item than one that gives all at once.
    fn fill(&mut self) -> Result<(), ReadError> {
        while let Some(free) = self
            .buffer
            .get_mut(self.filled..)
            .filter(|free| !free.is_empty())
        {
            match self.source.read(free) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(());
                }
                Ok(count) => {
                    self.filled += count;
                    self.total_bytes += count as u64;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.check(self.checked)?;
                    return Err(source::of_io(error, self.last_line(), &self.state));
                }
            }
        }
        Ok(())
    }

    /// Shows what is new and valid; refuses what is not text.
    fn check(&mut self, from: usize) -> Result<(), ReadError> {
        let fresh = self.buffer.get(from..self.filled).unwrap_or_default();
        let (mut high, mut control) = (0_u8, false);
        for &byte in fresh {
            high |= byte;
            control |= byte < b' ' && byte != b'\t' && byte != b'\n' && byte != b'\r';
        }
        let (mut valid, mut broken) = (fresh.len(), false);
        if high >= 0x80
            && let Err(error) = std::str::from_utf8(fresh)
        {
            valid = error.valid_up_to();
            broken = error.error_len().is_some() || self.ended;
        }
        self.checked = from + valid;
        if control || broken || (high >= 0x80 && self.only_ascii.is_some()) {
            self.refuse(from, broken)?;
        }
        if self.total_bytes > self.limits.max_bytes {
            return Err(self.too_much(Bound::Bytes));
        }
        Ok(())
    }

    #[cold]
    fn refuse(&self, from: usize, broken: bool) -> Result<(), ReadError> {
        let shown = self.buffer.get(from..self.checked).unwrap_or_default();
        let wrong = shown.iter().position(|&byte| {
            (byte < b' ' && !b"\t\n\r".contains(&byte))
                || (byte >= 0x80 && self.only_ascii.is_some())
        });
        let line = |position: usize| self.line_at(from - self.at + position);
        match wrong.and_then(|at| shown.get(at).map(|&byte| (at, byte))) {
            Some((at, 0)) => {
                let found = "binary, or UTF-16 without its mark".to_owned();
                Err(ReadError::Encoding {
                    line: line(at),
                    found,
                })
            }
            Some((at, byte)) if byte < b' ' => Err(ReadError::ControlCharacter {
                line: line(at),
                byte,
            }),
            Some((at, _)) => {
                let found = self.only_ascii.clone().unwrap_or_default();
                Err(ReadError::Encoding {
                    line: line(at),
                    found,
                })
            }
            None if broken => {
                let found = "not UTF-8 (perhaps Latin-1 or Windows-1252)".to_owned();
                Err(ReadError::Encoding {
                    line: line(shown.len()),
                    found,
                })
            }
            None => Ok(()),
        }
    }

    /// Re-checks what is already at hand after [`only_ascii`](Self::only_ascii) was set.
    pub(super) fn recheck(&mut self) -> Result<(), ReadError> {
        self.check(self.at)
    }

    fn tell(&mut self) -> Result<(), ReadError> {
        if self.total_bytes - self.told_at_bytes < PROGRESS_EVERY_BYTES {
            return Ok(());
        }
        self.told_at_bytes = self.total_bytes;
        let progress = Progress {
            bytes_read: self.state.bytes(),
            events: self.events,
        };
        if (self.on_progress)(progress).is_break() {
            return Err(ReadError::Cancelled { line: self.line() });
        }
        Ok(())
    }
}
