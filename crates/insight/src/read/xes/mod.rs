//! XES (IEEE 1849) as a stream: only what process statistics need, but nothing that is not
//! well-formed. Not checked: attributes other than `key` and `value` for being given twice,
//! references inside values that are not read, and namespaces beyond their prefixes.

mod declaration;
mod draft;
mod here;
mod lex;
mod machine;
mod open_elements;
mod quick;
mod value;

use here::Here;
use lex::{Stop, Tag};
use machine::Machine;

use super::ReadError;
use super::error::excerpt;
use super::window::Window;
use crate::limits::Limits;
use crate::log::{EventLog, LogBuilder};

/// Reads a whole XES document.
pub(super) fn read(window: &mut Window<'_>, limits: &Limits) -> Result<EventLog, ReadError> {
    let mut machine = Machine::new(LogBuilder::new(limits), limits.max_depth);
    let mut tag = Tag::default();
    declaration::obey(window)?;
    loop {
        let taken = usual_run(&mut machine, window, &mut tag)?;
        window.events = machine.event_count();
        window.consume(taken);
        if !next_markup(window, &machine)? {
            return machine.finish(window);
        }
        match kind_of_markup(window, &mut tag)? {
            Markup::Tag => {
                machine.accept(&tag, Here::new(window, 0, window.rest()))?;
                window.consume(tag.length);
            }
            Markup::Comment => skip_past(window, 4, b"-->", "a comment")?,
            Markup::Instruction => skip_past(window, 2, b"?>", "a processing instruction")?,
            Markup::CharacterData if machine.is_outside() => {
                return Err(malformed(window, 0, "text stands outside the root element"));
            }
            Markup::CharacterData => skip_past(window, 9, b"]]>", "a CDATA section")?,
        }
    }
}

/// Takes in the tags at hand for as long as they are of the usual kind, and gives their length: the
/// tight loop in which nearly all of a file is read.
fn usual_run(
    machine: &mut Machine,
    window: &Window<'_>,
    tag: &mut Tag,
) -> Result<usize, ReadError> {
    let text = window.rest();
    let mut at = 0;
    while !machine.is_outside() {
        let Some(rest) = text.get(at..) else { break };
        let Some(before) = to_markup(rest) else { break };
        let Some(rest) = rest.get(before..) else {
            break;
        };
        if quick::tag(rest, tag).is_none() {
            break;
        }
        at += before;
        machine.accept(tag, Here::new(window, at, rest))?;
        at += tag.length;
    }
    Ok(at)
}

/// The distance to the next `<`. XES has no text between its elements; what some exporters put
/// there means nothing.
#[inline]
fn to_markup(text: &[u8]) -> Option<usize> {
    // Usually a line end and some tabs: less than what a call of memchr costs.
    let near = text.iter().take(8).position(|&byte| byte == b'<');
    near.or_else(|| memchr::memchr(b'<', text))
}

#[derive(Clone, Copy)]
enum Markup {
    Tag,
    Comment,
    Instruction,
    CharacterData,
}

/// Moves on to the next `<`. `false` at the end of the file.
fn next_markup(window: &mut Window<'_>, machine: &Machine) -> Result<bool, ReadError> {
    loop {
        if machine.is_outside() {
            let text = window.rest();
            let space = text
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            window.consume(space);
            match window.rest().first() {
                Some(b'<') => return Ok(true),
                Some(_) => return Err(outside(window, machine)),
                None => {}
            }
        } else if let Some(before) = to_markup(window.rest()) {
            window.consume(before);
            return Ok(true);
        }
        window.consume(usize::MAX);
        if !window.more()? {
            return Ok(false);
        }
    }
}

fn outside(window: &Window<'_>, machine: &Machine) -> ReadError {
    if machine.has_root() {
        return malformed(window, 0, "text stands after the end of the log");
    }
    ReadError::NotXml {
        line: window.line(),
        hint: "it does not begin with <; choose an XES file, or read it as CSV",
    }
}

fn kind_of_markup(window: &mut Window<'_>, tag: &mut Tag) -> Result<Markup, ReadError> {
    loop {
        let stop = match window.rest() {
            [b'<', b'!' | b'?', ..] => match special(window)? {
                Some(markup) => return Ok(markup),
                None => Stop::Partial,
            },
            text => match lex::tag(text, tag) {
                Ok(()) => return Ok(Markup::Tag),
                Err(stop) => stop,
            },
        };
        match stop {
            Stop::Fault { at, fault } => return Err(malformed(window, at, fault)),
            Stop::Partial if window.more()? => {}
            Stop::Partial => {
                let tag = excerpt(window.rest());
                let inside = format!("the tag {}", tag.trim_end());
                return Err(ReadError::Truncated {
                    line: window.last_line(),
                    inside,
                });
            }
        }
    }
}

/// What begins with `<!` or `<?`; `None` when more text must decide.
fn special(window: &Window<'_>) -> Result<Option<Markup>, ReadError> {
    let text = window.rest();
    for (start, kind) in [
        (&b"<!--"[..], Markup::Comment),
        (b"<![CDATA[", Markup::CharacterData),
        (b"<?", Markup::Instruction),
    ] {
        if text.starts_with(start) {
            return match (kind, text.get(2)) {
                (Markup::Instruction, None) => Ok(None),
                (Markup::Instruction, Some(first)) if !begins_name(*first) => {
                    Err(malformed(window, 0, "a processing instruction has no name"))
                }
                _ => Ok(Some(kind)),
            };
        }
        if start.starts_with(text) {
            return Ok(None);
        }
    }
    // <!DOCTYPE, or the <!ENTITY, <!ELEMENT and so on that only a document type may hold.
    Err(ReadError::Doctype {
        line: window.line(),
    })
}

/// Whether a byte begins a name (XML 1.0 2.3): letters beyond ASCII are not told apart.
const fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..)
}

fn skip_past(
    window: &mut Window<'_>,
    start: usize,
    end: &[u8],
    inside: &str,
) -> Result<(), ReadError> {
    window.consume(start);
    loop {
        if let Some(at) = memchr::memmem::find(window.rest(), end) {
            window.consume(at + end.len());
            return Ok(());
        }
        // The end may lie across the edge of the window.
        let keep = (end.len() - 1).min(window.rest().len());
        window.consume(window.rest().len() - keep);
        if !window.more()? {
            let line = window.last_line();
            return Err(ReadError::Truncated {
                line,
                inside: inside.to_owned(),
            });
        }
    }
}

fn malformed(window: &Window<'_>, distance: usize, fault: &str) -> ReadError {
    ReadError::Malformed {
        line: window.line_at(distance),
        fault: fault.to_owned(),
    }
}
