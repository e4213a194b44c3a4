use super::here::Here;
use super::lex::{Span, Tag, TagKind};
use super::open_elements::{Element, OpenElements};
use super::value::{ValueFault, value};
use crate::instant::{DateFault, Instant, parse_iso};
use crate::limits::Bound;
use crate::log::{EventLog, LogBuilder, NO_RESOURCE};
use crate::read::ReadError;
use crate::read::error::excerpt;
use crate::read::refusal::{out_of_range, refused};
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
    transitions: Vec<Vec<u8>>,
}

/// The event that is being read.
#[derive(Default)]
struct Draft {
    activity: Option<u16>,
    resource: Option<u32>,
    time_us: Option<i64>,
    transition: bool,
}

const ACTIVITY: &str = "concept:name";
const TIME: &str = "time:timestamp";
const RESOURCE: &str = "org:resource";
const TRANSITION: &str = "lifecycle:transition";

impl Machine {
    pub(super) fn new(builder: LogBuilder, max_depth: usize) -> Self {
        Self {
            builder,
            open: OpenElements::default(),
            max_depth,
            has_root: false,
            trace_name: None,
            event: Draft::default(),
            transitions: Vec::new(),
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
            Element::Event => self.event = Draft::default(),
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
        self.builder.notes.lifecycle_transitions = self.transitions.len() as u64;
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
            Element::Event => self.finish_event(here),
            Element::Trace => {
                let name = self.trace_name.take();
                self.builder
                    .close_block_of(name.as_deref())
                    .map_err(|refusal| refused(refusal, here.line(), here.limits()))
            }
            Element::Log | Element::Other => Ok(()),
        }
    }

    fn finish_event(&mut self, here: Here<'_, '_>) -> Result<(), ReadError> {
        let line = || here.line();
        let Some(activity) = self.event.activity else {
            return Err(ReadError::NoActivity {
                line: line(),
                lack: no(ACTIVITY),
            });
        };
        let Some(time_us) = self.event.time_us else {
            return Err(ReadError::NoTimestamp {
                line: line(),
                lack: no(TIME),
            });
        };
        let resource = self.event.resource.unwrap_or(NO_RESOURCE);
        self.builder
            .event_of(activity, resource, time_us)
            .map_err(|refusal| refused(refusal, here.line(), here.limits()))
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
            (Some(Element::Event), b"concept:name") => self.activity(found, here),
            (Some(Element::Event), b"time:timestamp") => self.time(found, here),
            (Some(Element::Event), b"org:resource") => self.resource(found, here),
            (Some(Element::Event), b"lifecycle:transition") => self.transition(found, here),
            (Some(Element::Trace), b"concept:name") => self.case_name(found, here),
            _ => Ok(()),
        }
    }

    fn activity(&mut self, found: Span, here: Here<'_, '_>) -> Result<(), ReadError> {
        let name = value(found.of(here.text)).map_err(|fault| unreadable(fault, here))?;
        if name.trim_ascii().is_empty() {
            return Err(ReadError::NoActivity {
                line: here.line(),
                lack: no(ACTIVITY),
            });
        }
        let id = self
            .builder
            .activity(&name)
            .map_err(|refusal| refused(refusal, here.line(), here.limits()))?;
        once(&mut self.event.activity, id, ACTIVITY, here)
    }

    fn resource(&mut self, found: Span, here: Here<'_, '_>) -> Result<(), ReadError> {
        let name = value(found.of(here.text)).map_err(|fault| unreadable(fault, here))?;
        let id = self
            .builder
            .resource(&name)
            .map_err(|refusal| refused(refusal, here.line(), here.limits()))?;
        once(&mut self.event.resource, id, RESOURCE, here)
    }

    fn time(&mut self, found: Span, here: Here<'_, '_>) -> Result<(), ReadError> {
        let text = found.of(here.text);
        // A date as everybody writes it holds nothing that a value's text could hide.
        let instant = match parse_iso(text) {
            Ok(instant) => instant,
            Err(_) => odd_time(text, here)?,
        };
        if !self.builder.admits(instant.us) {
            return Err(out_of_range(TIME, text, here.line(), here.limits()));
        }
        self.builder.notes.times_without_offset += u64::from(!instant.has_offset);
        once(&mut self.event.time_us, instant.us, TIME, here)
    }

    fn transition(&mut self, found: Span, here: Here<'_, '_>) -> Result<(), ReadError> {
        /// XES defines 13; a log that uses more has made up its own, and only "several" matters.
        const COUNTED: usize = 32;
        if std::mem::replace(&mut self.event.transition, true) {
            return Err(ReadError::DuplicateKey {
                line: here.line(),
                key: TRANSITION,
            });
        }
        let found = found.of(here.text);
        let known = self
            .transitions
            .iter()
            .any(|transition| transition == found);
        if !known && self.transitions.len() < COUNTED {
            self.transitions.push(found.to_vec());
        }
        Ok(())
    }

    fn case_name(&mut self, found: Span, here: Here<'_, '_>) -> Result<(), ReadError> {
        let name = value(found.of(here.text)).map_err(|fault| unreadable(fault, here))?;
        if name.trim_ascii().is_empty() {
            return Ok(());
        }
        once(&mut self.trace_name, name.into_owned(), ACTIVITY, here)
    }
}

/// A time that is written with references or spaces around it, or is none.
#[cold]
fn odd_time(text: &[u8], here: Here<'_, '_>) -> Result<Instant, ReadError> {
    let text = value(text).map_err(|fault| unreadable(fault, here))?;
    let text = text.trim_ascii();
    if text.is_empty() {
        return Err(ReadError::NoTimestamp {
            line: here.line(),
            lack: no(TIME),
        });
    }
    parse_iso(text).map_err(|fault| match fault {
        DateFault::Unreadable => ReadError::BadDate {
            line: here.line(),
            place: TIME.to_owned(),
            value: excerpt(text),
        },
        DateFault::OutOfRange => out_of_range(TIME, text, here.line(), here.limits()),
    })
}

/// What an event lacks that has no value for this key.
fn no(key: &str) -> String {
    format!("{key} is missing or empty")
}

fn once<T>(
    slot: &mut Option<T>,
    found: T,
    key: &'static str,
    here: Here<'_, '_>,
) -> Result<(), ReadError> {
    match slot.replace(found) {
        None => Ok(()),
        Some(_) => Err(ReadError::DuplicateKey {
            line: here.line(),
            key,
        }),
    }
}

fn unreadable(fault: ValueFault, here: Here<'_, '_>) -> ReadError {
    match fault {
        ValueFault::UnknownEntity(name) => ReadError::UnknownEntity {
            line: here.line(),
            name,
        },
        ValueFault::BadReference => {
            here.malformed("an & starts no valid reference (write it as &amp;)")
        }
    }
}
