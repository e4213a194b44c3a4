//! One XML tag from the bytes at hand: XML 1.0 (fifth edition), the productions `STag`, `ETag` and
//! `EmptyElemTag`, without a document type.

/// A piece of the text that was lexed. Positions count from the `<` of the tag, so none starts at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    #[inline]
    pub(super) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether there is such a piece at all.
    #[inline]
    pub(super) fn is_there(self) -> bool {
        self.start != 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TagKind {
    /// `<event>`
    #[default]
    Open,
    /// `</event>`
    Close,
    /// `<event/>`
    Empty,
}

/// A whole tag. Of its attributes only `key` and `value` are kept: XES needs no other.
///
/// Filled in place: returning it by value cost a fifth of the whole reading time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tag {
    pub(super) kind: TagKind,
    pub(super) name: Span,
    pub(super) key: Span,
    pub(super) value: Span,
    /// Whether the name is known to be that of an attribute; only the quick way marks it.
    pub(super) is_plain: bool,
    /// Bytes from `<` to `>`, both included.
    pub(super) length: usize,
}

/// Why there is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text at hand ends first.
    Partial,
    /// The byte at this position breaks a rule.
    Fault { at: usize, fault: &'static str },
}

/// Lexes any tag at the start of the text, which begins with `<`, byte by byte.
pub(super) fn tag(text: &[u8], tag: &mut Tag) -> Result<(), Stop> {
    let closing = byte(text, 1)? == b'/';
    let start = if closing { 2 } else { 1 };
    let mut at = name_end(
        text,
        start,
        "a tag begins without a name (write < in a text as &lt;)",
    )?;
    *tag = Tag {
        name: Span { start, end: at },
        ..Tag::default()
    };
    loop {
        let gap = at;
        at = skip_space(text, at)?;
        match byte(text, at)? {
            b'>' => {
                tag.kind = if closing {
                    TagKind::Close
                } else {
                    TagKind::Open
                };
                tag.length = at + 1;
                return Ok(());
            }
            b'/' if !closing => {
                expect(text, at + 1, b'>', "a / inside a tag is not followed by >")?;
                tag.kind = TagKind::Empty;
                tag.length = at + 2;
                return Ok(());
            }
            _ if closing => {
                return Err(Stop::Fault {
                    at,
                    fault: "a closing tag has attributes",
                });
            }
            _ if at == gap => {
                return Err(Stop::Fault {
                    at,
                    fault: "a space is missing before an attribute",
                });
            }
            _ => at = attribute(text, at, tag)?,
        }
    }
}

/// Lexes one attribute and gives the position after it.
fn attribute(text: &[u8], start: usize, tag: &mut Tag) -> Result<usize, Stop> {
    let end = name_end(text, start, "an attribute has no name")?;
    let mut at = skip_space(text, end)?;
    expect(text, at, b'=', "an attribute has no value")?;
    at = skip_space(text, at + 1)?;
    let quote = byte(text, at)?;
    if quote != b'"' && quote != b'\'' {
        return Err(Stop::Fault {
            at,
            fault: "an attribute's value has no quotes",
        });
    }
    let value = Span {
        start: at + 1,
        end: value_end(text, at + 1, quote)?,
    };
    let slot = match text.get(start..end) {
        Some(b"key") => &mut tag.key,
        Some(b"value") => &mut tag.value,
        _ => return Ok(value.end + 1),
    };
    if std::mem::replace(slot, value).is_there() {
        return Err(Stop::Fault {
            at: start,
            fault: "an attribute is given twice",
        });
    }
    Ok(value.end + 1)
}

#[inline]
fn byte(text: &[u8], at: usize) -> Result<u8, Stop> {
    text.get(at).copied().ok_or(Stop::Partial)
}

#[inline]
fn expect(text: &[u8], at: usize, wanted: u8, fault: &'static str) -> Result<(), Stop> {
    if byte(text, at)? == wanted {
        Ok(())
    } else {
        Err(Stop::Fault { at, fault })
    }
}

#[inline]
fn skip_space(text: &[u8], mut at: usize) -> Result<usize, Stop> {
    while matches!(byte(text, at)?, b' ' | b'\n' | b'\t' | b'\r') {
        at += 1;
    }
    Ok(at)
}

/// The end of the name that starts here. Names outside ASCII are not looked at closer.
#[inline]
fn name_end(text: &[u8], start: usize, fault: &'static str) -> Result<usize, Stop> {
    let first = byte(text, start)?;
    if !NAME[first as usize] || matches!(first, b'0'..=b'9' | b'-' | b'.') {
        return Err(Stop::Fault { at: start, fault });
    }
    let mut at = start + 1;
    while NAME[byte(text, at)? as usize] {
        at += 1;
    }
    Ok(at)
}

/// The position of the quote that ends the value.
#[inline]
pub(super) fn value_end(text: &[u8], start: usize, quote: u8) -> Result<usize, Stop> {
    let rest = text.get(start..).ok_or(Stop::Partial)?;
    let length = memchr::memchr2(quote, b'<', rest).ok_or(Stop::Partial)?;
    if rest.get(length) == Some(&quote) {
        Ok(start + length)
    } else {
        Err(Stop::Fault {
            at: start + length,
            fault: "a < stands inside an attribute's value",
        })
    }
}

/// Which bytes a name may hold.
const NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte: u8 = 0;
    loop {
        table[byte as usize] = byte >= 0x80
            || byte.is_ascii_alphanumeric()
            || matches!(byte, b':' | b'_' | b'-' | b'.');
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};
