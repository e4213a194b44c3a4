use crate::read::ReadError;
use crate::read::error::excerpt;
use crate::read::window::Window;

/// Obeys the encoding of the XML declaration, if there is one: XML 1.0 section 4.3.3.
pub(super) fn obey(window: &mut Window<'_>) -> Result<(), ReadError> {
    if window.rest().is_empty() && !window.more()? {
        return Ok(());
    }
    let text = window.rest();
    let Some(text) = text
        .strip_prefix(b"<?xml")
        .filter(|text| text.first().is_some_and(u8::is_ascii_whitespace))
    else {
        return Ok(());
    };
    let end = memchr::memmem::find(text, b"?>").unwrap_or(text.len());
    let text = text.get(..end).unwrap_or_default();
    let Some(encoding) = pseudo_attribute(text, b"encoding") else {
        return Ok(());
    };
    let encoding = encoding.to_ascii_lowercase();
    if [&b"utf-8"[..], b"utf8", b"us-ascii", b"ascii"].contains(&encoding.as_slice()) {
        return Ok(());
    }
    let found = format!("declared as {}", excerpt(&encoding));
    let agrees_on_ascii = [
        &b"iso-8859-"[..],
        b"windows-125",
        b"latin",
        b"cp125",
        b"iso8859",
    ]
    .iter()
    .any(|family| encoding.starts_with(family));
    if !agrees_on_ascii {
        return Err(ReadError::Encoding { line: 1, found });
    }
    // Such a file is read as long as it holds ASCII only, where all of these agree.
    window.only_ascii = Some(found);
    window.recheck()
}

fn pseudo_attribute<'t>(text: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    let after = text
        .get(memchr::memmem::find(text, name)? + name.len()..)?
        .trim_ascii_start();
    let after = after.strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, after) = after.split_first()?;
    if quote != b'"' && quote != b'\'' {
        return None;
    }
    after.get(..memchr::memchr(quote, after)?)
}
