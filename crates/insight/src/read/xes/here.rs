use crate::limits::{Bound, Limits};
use crate::read::ReadError;
use crate::read::window::Window;

/// The tag that is being read: its text, and where it stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Here<'w, 'a> {
    window: &'w Window<'a>,
    /// Bytes from the start of what the window shows.
    distance: usize,
    /// From the tag's `<` to the end of what the window shows.
    pub(super) text: &'w [u8],
}

impl<'w, 'a> Here<'w, 'a> {
    #[inline]
    pub(super) fn new(window: &'w Window<'a>, distance: usize, text: &'w [u8]) -> Self {
        Self {
            window,
            distance,
            text,
        }
    }

    pub(super) fn line(&self) -> u64 {
        self.window.line_at(self.distance)
    }

    pub(super) fn limits(&self) -> &'a Limits {
        self.window.limits()
    }

    pub(super) fn too_much(&self, bound: Bound) -> ReadError {
        ReadError::TooMuch {
            line: self.line(),
            bound,
            limit: bound.of(self.limits()),
        }
    }

    pub(super) fn malformed(&self, fault: &str) -> ReadError {
        ReadError::Malformed {
            line: self.line(),
            fault: fault.to_owned(),
        }
    }
}
