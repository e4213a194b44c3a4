use std::ops::Range;

/// Where the value begins behind a name that ends at `at`; nothing where no separator follows.
///
/// A separator is `=`, `:`, `=>`, their percent-encoded forms, `>` behind an XML name, or `,`
/// behind a quoted name (the debug form of a list of headers), with quotes and blanks around it.
pub(super) fn after_separator(bytes: &[u8], at: usize, in_xml: bool) -> Option<usize> {
    let quoted = skip_quote(bytes, at);
    let mut at = skip_blanks(bytes, quoted.unwrap_or(at));
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'='), Some(b'>')) => at += 2,
        (Some(b'=' | b':'), _) => at += 1,
        (Some(b'>'), _) if in_xml => at += 1,
        (Some(b','), _) if quoted.is_some() => at += 1,
        (Some(b'%'), _) if encoded(bytes, at, b"%3d") || encoded(bytes, at, b"%3a") => at += 3,
        _ => return None,
    }
    Some(skip_blanks(bytes, at))
}

/// The value that begins at `at`: quoted, bracketed, or up to what ends a word. The wrappers of
/// Rust's debug form (`Some("…")`) are looked through.
pub(super) fn at(bytes: &[u8], at: usize) -> Range<usize> {
    let at = skip_wrappers(bytes, at);
    if let Some(end) = end_of_quoted(bytes, at) {
        let start = skip_quote(bytes, at).unwrap_or(at);
        return start..end;
    }
    let end = match bytes.get(at) {
        Some(b'[') => end_of_brackets(bytes, at, b'[', b']'),
        Some(b'{') => end_of_brackets(bytes, at, b'{', b'}'),
        _ => end_of_word(bytes, at),
    };
    at..end
}

/// The value of a header: quoted, or the rest of the line.
pub(super) fn rest_of_line(bytes: &[u8], at: usize) -> Range<usize> {
    if end_of_quoted(bytes, at).is_some() || matches!(bytes.get(at), Some(b'[' | b'{')) {
        return self::at(bytes, at);
    }
    let length = bytes[at..].iter().position(|byte| b"\r\n\"".contains(byte));
    at..length.map_or(bytes.len(), |length| at + length)
}

/// Behind a quote, which may be escaped (JSON in a string in JSON).
fn skip_quote(bytes: &[u8], at: usize) -> Option<usize> {
    let slashes = bytes
        .get(at..)?
        .iter()
        .take_while(|byte| **byte == b'\\')
        .count();
    matches!(bytes.get(at + slashes), Some(b'"' | b'\'')).then_some(at + slashes + 1)
}

/// Where the quoted value at `at` ends, before its closing quote; the end of the text where that is
/// missing. A quote that is escaped more deeply than the opening one is part of the value.
fn end_of_quoted(bytes: &[u8], at: usize) -> Option<usize> {
    let start = skip_quote(bytes, at)?;
    let (quote, depth) = (bytes[start - 1], start - 1 - at);
    let mut slashes = 0;
    for (offset, byte) in bytes[start..].iter().enumerate() {
        if *byte == quote && slashes <= depth {
            return Some(start + offset - slashes);
        }
        slashes = if *byte == b'\\' { slashes + 1 } else { 0 };
    }
    Some(bytes.len())
}

fn end_of_brackets(bytes: &[u8], at: usize, open: u8, close: u8) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in bytes[at..].iter().enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return at + offset + 1;
            }
        }
    }
    bytes.len()
}

fn end_of_word(bytes: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"&,;\"'()<>}]".contains(byte);
    bytes[at..]
        .iter()
        .position(ends)
        .map_or(bytes.len(), |length| at + length)
}

/// Behind `Some(` and its like, as often as they stand there.
fn skip_wrappers(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let letters = bytes[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        if letters == 0 || bytes.get(at + letters) != Some(&b'(') {
            return at;
        }
        at += letters + 1;
    }
}

fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    let blanks = bytes.get(at..).unwrap_or_default();
    at + blanks
        .iter()
        .take_while(|byte| **byte == b' ' || **byte == b'\t')
        .count()
}

fn encoded(bytes: &[u8], at: usize, form: &[u8]) -> bool {
    bytes
        .get(at..at + form.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(form))
}
