use std::cell::Cell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::rc::Rc;

/// How far a reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes taken from the source, before decompression: compare with the file's size.
    pub bytes_read: u64,
    /// Events read so far.
    pub events: u64,
}

/// Told about once per MiB of text; `Break` stops the reader, which then keeps nothing.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// What is known about the source below the decompressor.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceState {
    bytes: Rc<Cell<u64>>,
    failed: Rc<Cell<bool>>,
}

impl SourceState {
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// Whether the source itself failed, so that an error is not the file's fault.
    pub(super) fn failed(&self) -> bool {
        self.failed.get()
    }
}

/// Counts what passes, and tells a failing source from a damaged file.
pub(super) struct Watched<R> {
    inner: R,
    state: SourceState,
}

impl<R> Watched<R> {
    pub(super) fn new(inner: R, state: SourceState) -> Self {
        Self { inner, state }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buf) {
            Ok(count) => {
                self.state.bytes.set(self.state.bytes.get() + count as u64);
                Ok(count)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.state.failed.set(true);
                }
                Err(error)
            }
        }
    }
}
