use super::here::Here;
use super::lex::Span;
use super::value::{ValueFault, value};
use crate::instant::{DateFault, Instant, parse_iso};
use crate::log::{LogBuilder, NO_RESOURCE};
use crate::read::ReadError;
use crate::read::error::excerpt;
use crate::read::refusal::{out_of_range, refused};

/// The event that is being read, and the lifecycle transitions seen so far.
#[derive(Default)]
pub(super) struct Draft {
    activity: Option<u16>,
    resource: Option<u32>,
    time_us: Option<i64>,
    has_transition: bool,
    transitions: Vec<Vec<u8>>,
}

const ACTIVITY: &str = "concept:name";
const TIME: &str = "time:timestamp";
const RESOURCE: &str = "org:resource";
const TRANSITION: &str = "lifecycle:transition";

impl Draft {
    /// The beginning of an event.
    pub(super) fn restart(&mut self) {
        self.activity = None;
        self.resource = None;
        self.time_us = None;
        self.has_transition = false;
    }

    /// How many transitions there are.
    pub(super) fn transition_count(&self) -> u64 {
        self.transitions.len() as u64
    }

    /// An attribute of the event, if its key is one that the reader knows.
    pub(super) fn attribute(
        &mut self,
        key: &[u8],
        found: Span,
        builder: &mut LogBuilder,
        here: Here<'_, '_>,
    ) -> Result<(), ReadError> {
        match key {
            b"concept:name" => self.activity(found, builder, here),
            b"time:timestamp" => self.time(found, builder, here),
            b"org:resource" => self.resource(found, builder, here),
            b"lifecycle:transition" => self.transition(found, here),
            _ => Ok(()),
        }
    }

    /// The end of the event: hands it over.
    pub(super) fn finish(
        &self,
        builder: &mut LogBuilder,
        here: Here<'_, '_>,
    ) -> Result<(), ReadError> {
        let line = || here.line();
        let Some(activity) = self.activity else {
            return Err(ReadError::NoActivity {
                line: line(),
                lack: no(ACTIVITY),
            });
        };
        let Some(time_us) = self.time_us else {
            return Err(ReadError::NoTimestamp {
                line: line(),
                lack: no(TIME),
            });
        };
        let resource = self.resource.unwrap_or(NO_RESOURCE);
        builder
            .event_of(activity, resource, time_us)
            .map_err(|refusal| refused(refusal, here.line(), here.limits()))
    }

    fn activity(
        &mut self,
        found: Span,
        builder: &mut LogBuilder,
        here: Here<'_, '_>,
    ) -> Result<(), ReadError> {
        let name = value(found.of(here.text)).map_err(|fault| unreadable(fault, here))?;
        if name.trim_ascii().is_empty() {
            return Err(ReadError::NoActivity {
                line: here.line(),
                lack: no(ACTIVITY),
            });
        }
        let id = builder
            .activity(&name)
            .map_err(|refusal| refused(refusal, here.line(), here.limits()))?;
        once(&mut self.activity, id, ACTIVITY, here)
    }

    fn resource(
        &mut self,
        found: Span,
        builder: &mut LogBuilder,
        here: Here<'_, '_>,
    ) -> Result<(), ReadError> {
        let name = value(found.of(here.text)).map_err(|fault| unreadable(fault, here))?;
        let id = builder
            .resource(&name)
            .map_err(|refusal| refused(refusal, here.line(), here.limits()))?;
        once(&mut self.resource, id, RESOURCE, here)
    }

    fn time(
        &mut self,
        found: Span,
        builder: &mut LogBuilder,
        here: Here<'_, '_>,
    ) -> Result<(), ReadError> {
        let text = found.of(here.text);
        // A date as everybody writes it holds nothing that a value's text could hide.
        let instant = match parse_iso(text) {
            Ok(instant) => instant,
            Err(_) => odd_time(text, here)?,
        };
        if !builder.admits(instant.us) {
            return Err(out_of_range(TIME, text, here.line(), here.limits()));
        }
        builder.notes.times_without_offset += u64::from(!instant.has_offset);
        once(&mut self.time_us, instant.us, TIME, here)
    }

    fn transition(&mut self, found: Span, here: Here<'_, '_>) -> Result<(), ReadError> {
        /// XES defines 13; a log that uses more has made up its own, and only "several" matters.
        const COUNTED: usize = 32;
        if std::mem::replace(&mut self.has_transition, true) {
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

/// Fills a slot that must be empty.
pub(super) fn once<T>(
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

/// What is wrong with a value.
pub(super) fn unreadable(fault: ValueFault, here: Here<'_, '_>) -> ReadError {
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
