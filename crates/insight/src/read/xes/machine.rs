use super::draft::{Draft, once, unreadable};
use super::here::Here;
use super::lex::{Span, Tag, TagKind};
use super::open_elements::{Element, OpenElements};
use super::value::value;
use crate::limits::Bound;
use crate::log::{EventLog, LogBuilder};
use crate::read::ReadError;
use crate::read::error::excerpt;
use crate::read::refusal::refused;
use crate::read::window::Window;

/// Turns tags into events. The keys that it reads are those of the XES extensions Concept, Time,
/// Organizational and Lifecycle, and only directly inside a trace or an event: an attribute inside
/// an attribute, a global or a list says nothing about the event.
pub(super) struct Machine {
    builder: LogBuilder,
    open: OpenElements,
    max_depth: usize,
    has_root: bool,
    trace_name: Option<Vec<u8>>,
    event: Draft,
}

impl Machine {
    pub(super) fn new(builder: LogBuilder, max_depth: usize) -> Self {
        Self {
            builder,
            open: OpenElements::default(),
            max_depth,
            has_root: false,
            trace_name: None,
            event: Draft::default(),
        }
    }

    pub(super) fn event_count(&self) -> u64 {
        self.builder.event_count() as u64
    }

    /// Whether the root element is not open.
    pub(super) fn is_outside(&self) -> bool {
        self.open.depth() == 0
    }

    pub(super) fn has_root(&self) -> bool {
        self.has_root
    }

    /// Takes in a tag.
    #[inline]
    pub(super) fn accept(&mut self, tag: &Tag, here: Here<'_, '_>) -> Result<(), ReadError> {
        if tag.kind == TagKind::Close {
            return self.close(tag, here);
        }
        if tag.is_plain && tag.kind == TagKind::Empty && !self.is_outside() {
            return self.attribute(tag, here);
        }
        let element = self.element(tag, here)?;
        match element {
            Element::Trace => self.trace_name = None,
            Element::Event => self.event.restart(),
            Element::Other => self.attribute(tag, here)?,
            Element::Log => {}
        }
        if tag.kind == TagKind::Empty {
            return self.leave(element, here);
        }
        if self.open.depth() >= self.max_depth {
            return Err(here.too_much(Bound::Depth));
        }
        self.open.push(element, tag.name.of(here.text));
        Ok(())
    }

    /// The log, once the file has ended.
    pub(super) fn finish(mut self, window: &Window<'_>) -> Result<EventLog, ReadError> {
        let line = window.last_line();
        if !self.has_root {
            return Err(ReadError::Empty);
        }
        if !self.is_outside() {
            let inside = format!("<{}>", excerpt(self.open.innermost_name()));
            return Err(ReadError::Truncated { line, inside });
        }
        if self.builder.event_count() == 0 {
            return Err(ReadError::NoEvents { line });
        }
        self.builder.notes.lifecycle_transitions = self.event.transition_count();
        Ok(self.builder.finish())
    }

    /// What the element of an opening or empty tag is, where it stands.
    #[inline]
    fn element(&mut self, tag: &Tag, here: Here<'_, '_>) -> Result<Element, ReadError> {
        let name = tag.name.of(here.text);
        let local = match name.iter().rposition(|&byte| byte == b':') {
            Some(colon) => name.get(colon + 1..).unwrap_or_default(),
            None => name,
        };
        match (self.open.innermost(), local) {
            (None, b"log") if !self.has_root => {
                self.has_root = true;
                Ok(Element::Log)
            }
            (None, _) if self.has_root => {
                Err(here.malformed("a second root element follows the log"))
            }
            (None, _) => Err(ReadError::NotXes {
                line: here.line(),
                root: excerpt(name),
            }),
            (Some(Element::Log), b"trace") => Ok(Element::Trace),
            (Some(Element::Trace), b"event") => Ok(Element::Event),
            (Some(Element::Log), b"event") => Err(ReadError::NoCase {
                line: here.line(),
                lack: "it stands outside every trace".into(),
            }),
            (_, b"log" | b"trace" | b"event") => {
                Err(here.malformed("a log, trace or event stands where XES has none"))
            }
            _ => Ok(Element::Other),
        }
    }

    #[inline]
    fn close(&mut self, tag: &Tag, here: Here<'_, '_>) -> Result<(), ReadError> {
        let name = tag.name.of(here.text);
        if self.open.innermost_name() != name || self.is_outside() {
            let open = excerpt(self.open.innermost_name());
            let name = excerpt(name);
            let fault = if self.is_outside() {
                format!("</{name}> closes what was not opened")
            } else {
                format!("</{name}> stands where </{open}> must come first")
            };
            return Err(here.malformed(&fault));
        }
        match self.open.pop() {
            Some(element) => self.leave(element, here),
            None => Ok(()),
        }
    }

    /// The end of an element.
    fn leave(&mut self, element: Element, here: Here<'_, '_>) -> Result<(), ReadError> {
        match element {
            Element::Event => self.event.finish(&mut self.builder, here),
            Element::Trace => {
                let name = self.trace_name.take();
                self.builder
                    .close_block_of(name.as_deref())
                    .map_err(|refusal| refused(refusal, here.line(), here.limits()))
            }
            Element::Log | Element::Other => Ok(()),
        }
    }

    /// An attribute element, if its key is one that the reader knows.
    #[inline]
    fn attribute(&mut self, tag: &Tag, here: Here<'_, '_>) -> Result<(), ReadError> {
        if !tag.value.is_there() {
            return Ok(());
        }
        let (key, found) = (tag.key.of(here.text), tag.value);
        if !matches!(key.len(), 12 | 14 | 20) {
            return Ok(());
        }
        match (self.open.innermost(), key) {
            (Some(Element::Event), key) => {
                self.event.attribute(key, found, &mut self.builder, here)
            }
            (Some(Element::Trace), b"concept:name") => self.case_name(found, here),
            _ => Ok(()),
        }
    }

    fn case_name(&mut self, found: Span, here: Here<'_, '_>) -> Result<(), ReadError> {
        let name = value(found.of(here.text)).map_err(|fault| unreadable(fault, here))?;
        if name.trim_ascii().is_empty() {
            return Ok(());
        }
        once(
            &mut self.trace_name,
            name.into_owned(),
            "concept:name",
            here,
        )
    }
}
