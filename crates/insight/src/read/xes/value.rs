use std::borrow::Cow;

/// Why an attribute's value cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ValueFault {
    /// An entity other than the five that XML defines.
    UnknownEntity(String),
    /// An `&` that starts no reference, or a reference to no character of XML.
    BadReference,
}

/// The value that an attribute's text stands for: XML 1.0 section 3.3.3 for attributes of type
/// CDATA. References are resolved once, never again in what they give.
pub(super) fn value(text: &[u8]) -> Result<Cow<'_, [u8]>, ValueFault> {
    // Without an early end, so that it is done for many bytes at once.
    let mut special = false;
    for &byte in text {
        special |= byte == b'&' || byte < b' ';
    }
    if !special {
        return Ok(Cow::Borrowed(text));
    }
    let mut value = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'&' => {
                let end = memchr::memchr(b';', after).ok_or(ValueFault::BadReference)?;
                let (name, tail) = after
                    .split_at_checked(end)
                    .ok_or(ValueFault::BadReference)?;
                let mut utf8 = [0; 4];
                value.extend_from_slice(character(name)?.encode_utf8(&mut utf8).as_bytes());
                rest = tail.get(1..).unwrap_or_default();
            }
            // A line end of any convention is one line end (2.11), and a space in a value.
            b'\r' if rest.first() == Some(&b'\n') => {}
            b'\t' | b'\n' | b'\r' => value.push(b' '),
            other => value.push(other),
        }
    }
    Ok(Cow::Owned(value))
}

fn character(name: &[u8]) -> Result<char, ValueFault> {
    match name {
        b"lt" => Ok('<'),
        b"gt" => Ok('>'),
        b"amp" => Ok('&'),
        b"quot" => Ok('"'),
        b"apos" => Ok('\''),
        [b'#', b'x', digits @ ..] => numbered(digits, 16),
        [b'#', digits @ ..] => numbered(digits, 10),
        _ if name.is_empty() || name.iter().any(|byte| b" \t\r\n&".contains(byte)) => {
            Err(ValueFault::BadReference)
        }
        _ => Err(ValueFault::UnknownEntity(crate::read::error::excerpt(name))),
    }
}

/// The character with this number, if XML lets it occur (2.2).
fn numbered(digits: &[u8], radix: u32) -> Result<char, ValueFault> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_alphanumeric);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_number);
    digits
        .and_then(|digits| u32::from_str_radix(digits, radix).ok())
        .and_then(char::from_u32)
        .filter(|&found| matches!(found, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..))
        .ok_or(ValueFault::BadReference)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, ValueFault> {
        value(text.as_bytes()).map(|v| String::from_utf8(v.into_owned()).unwrap())
    }

    #[test]
    fn the_five_entities_and_numbered_characters_are_resolved_once() {
        assert_eq!(
            read("a &lt;b&gt; &amp;amp; &quot;&apos;").unwrap(),
            "a <b> &amp; \"'"
        );
        assert_eq!(read("&#228;&#xE4;&#x1F600;&#10;").unwrap(), "ää😀\n");
        assert_eq!(read("plain – ünïcode").unwrap(), "plain – ünïcode");
    }

    #[test]
    fn white_space_in_a_value_is_a_space() {
        assert_eq!(read("a\tb\nc\r\nd\re").unwrap(), "a b c d e");
    }

    #[test]
    fn what_xml_does_not_define_is_refused() {
        assert_eq!(
            read("&lol9;"),
            Err(ValueFault::UnknownEntity("lol9".into()))
        );
        for text in [
            "&",
            "& b;",
            "&;",
            "&#;",
            "&#x;",
            "&#0;",
            "&#27;",
            "&#xD800;",
            "&#x110000;",
            "&#+65;",
            "&#xFFFE;",
            "&amp",
            "&#99999999999;",
        ] {
            assert_eq!(read(text), Err(ValueFault::BadReference), "{text}");
        }
    }
}
