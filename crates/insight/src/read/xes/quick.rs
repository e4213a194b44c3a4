//! The tags that make up nearly all of nearly every log, recognised by whole words: several times
//! as fast as byte by byte.

use super::lex::{Span, Tag, TagKind, value_end};

/// Lexes a tag as nearly every exporter writes it. Gives nothing where anything is unusual, be it
/// wrong or only different: then the thorough way decides.
#[inline]
pub(super) fn tag(text: &[u8], tag: &mut Tag) -> Option<()> {
    // The eight bytes after `<` as one number: comparing it with all names at once leaves a single
    // branch, and one that nearly always goes the same way.
    let word = u64::from_le_bytes(*text.get(1..)?.first_chunk()?);
    let space = word ^ u64::from_le_bytes([b' '; 8]);
    let zero = space.wrapping_sub(u64::from_le_bytes([0x01; 8])) & !space;
    let end = (zero & u64::from_le_bytes([0x80; 8])).trailing_zeros() / 8;
    let name = word & 1_u64.checked_shl(8 * end).unwrap_or(0).wrapping_sub(1);
    let mut plain = false;
    for known in PLAIN {
        plain |= name == u64::from_le_bytes(known);
    }
    if plain {
        return plain_attribute(text, end as usize + 1, tag);
    }
    let (kind, start) = match &word.to_le_bytes() {
        bytes if bytes.starts_with(b"event>") || bytes.starts_with(b"trace>") => (TagKind::Open, 1),
        bytes if bytes.starts_with(b"/event>") || bytes.starts_with(b"/trace>") => {
            (TagKind::Close, 2)
        }
        _ => return None,
    };
    let name = Span {
        start,
        end: start + 5,
    };
    *tag = Tag {
        kind,
        name,
        length: start + 6,
        ..Tag::default()
    };
    Some(())
}

/// The names of attributes that hold one value.
const PLAIN: [[u8; 8]; 5] = [
    *b"string\0\0",
    *b"date\0\0\0\0",
    *b"int\0\0\0\0\0",
    *b"float\0\0\0",
    *b"boolean\0",
];

/// `key="…" value="…"` and the end of the tag, after a name that ends here.
#[inline]
fn plain_attribute(text: &[u8], name_end: usize, tag: &mut Tag) -> Option<()> {
    if !text.get(name_end..)?.starts_with(b" key=\"") {
        return None;
    }
    tag.name = Span {
        start: 1,
        end: name_end,
    };
    tag.is_plain = true;
    let start = name_end + 6;
    tag.key = Span {
        start,
        end: value_end(text, start, b'"').ok()?,
    };
    if !text.get(tag.key.end..)?.starts_with(b"\" value=\"") {
        return None;
    }
    let start = tag.key.end + 9;
    let end = value_end(text, start, b'"').ok()?;
    tag.value = Span { start, end };
    (tag.kind, tag.length) = match text.get(end + 1..)? {
        [b'/', b'>', ..] => (TagKind::Empty, end + 3),
        [b' ', b'/', b'>', ..] => (TagKind::Empty, end + 4),
        [b'>', ..] => (TagKind::Open, end + 2),
        _ => return None,
    };
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::lex::tag as thorough_tag;
    use super::*;

    /// What a tag says, without the mark that only the quick way sets.
    fn said(tag: &Tag) -> Tag {
        Tag {
            is_plain: false,
            ..tag.clone()
        }
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "<",
            "/",
            ">",
            "/>",
            " />",
            " ",
            "\n",
            "string",
            "date",
            "int",
            "float",
            "boolean",
            "list",
            "event",
            "trace",
            "event>",
            "/event>",
            "/trace>",
            " key=",
            " value=",
            " key=\"",
            "\" value=\"",
            "\"",
            "'",
            "=",
            "concept:name",
            "a",
            "\"/>",
            "\">",
            "&amp;",
            "é",
            "x:",
            "strings",
            "<string key=\"a\" value=\"b\"/>",
            "<date key=\"a\" value=\"b\">",
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_quick_way_says_what_the_thorough_one_says(pieces in prop::collection::vec(piece(), 0..12)) {
            let text = format!("<{}        ", pieces.concat());
            let (mut quick, mut thorough) = (Tag::default(), Tag::default());
            if super::tag(text.as_bytes(), &mut quick).is_some() {
                prop_assert_eq!(thorough_tag(text.as_bytes(), &mut thorough), Ok(()), "{}", text);
                prop_assert_eq!(said(&quick), said(&thorough), "{}", text);
            }
        }
    }

    #[test]
    fn the_usual_tags_take_the_quick_way() {
        for text in [
            "<string key=\"concept:name\" value=\"a\"/>\n",
            "<date key=\"a\" value=\"\" />\n",
            "<event>\n ",
            "<boolean key=\"\" value=\"b\">\n",
            "</event>\n",
            "</trace>\n",
            "<trace>\n ",
        ] {
            let (mut quick, mut thorough) = (Tag::default(), Tag::default());
            assert!(super::tag(text.as_bytes(), &mut quick).is_some(), "{text}");
            assert_eq!(thorough_tag(text.as_bytes(), &mut thorough), Ok(()));
            assert_eq!(said(&quick), said(&thorough), "{text}");
        }
    }
}
