//! Names of others' objects, in a form that cannot be taken for another.

use std::fmt::Write as _;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, Script};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The name behind what `quote_ident` made of it.
pub(crate) fn raw(quoted: &str) -> String {
    quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .map_or_else(|| quoted.to_owned(), |inner| inner.replace("\"\"", "\""))
}

/// Quoted names with whatever stands between them, such as `"a b".c(integer)`. A name that would end a
/// line, show nothing, turn the direction of the text, or mix scripts so as to look like another,
/// is written with PostgreSQL's own escapes (`U&"…"`, 4.1.2.3 of its manual): it may be pasted.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, quoted)) = rest.split_once('"') {
        out.push_str(before);
        let end = closing_quote(quoted);
        let (inner, after) = quoted.split_at_checked(end).unwrap_or((quoted, ""));
        if inner.chars().all(is_plain) && !mixes_scripts(inner) {
            out.push('"');
            out.push_str(inner);
        } else {
            out.push_str("U&\"");
            inner.chars().for_each(|c| push_escaped(&mut out, c));
        }
        out.push('"');
        rest = after.strip_prefix('"').unwrap_or(after);
    }
    out.push_str(rest);
    out
}

/// Where the name ends: at a quote that is not doubled.
fn closing_quote(quoted: &str) -> usize {
    let mut at = 0;
    let bytes = quoted.as_bytes();
    while let Some(byte) = bytes.get(at) {
        if *byte != b'"' {
            at += 1;
        } else if bytes.get(at + 1) == Some(&b'"') {
            at += 2;
        } else {
            break;
        }
    }
    at
}

fn push_escaped(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = match c {
        '\\' => write!(out, "\\\\"),
        ' '..='~' => write!(out, "{c}"),
        c if u32::from(c) > 0xffff => write!(out, "\\+{:06X}", u32::from(c)),
        c => write!(out, "\\{:04X}", u32::from(c)),
    };
}

/// Whether the character is drawn, and as nothing but itself.
fn is_plain(c: char) -> bool {
    let seen = match CodePointMapData::<GeneralCategory>::new().get(c) {
        GeneralCategory::Control
        | GeneralCategory::Format
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator
        | GeneralCategory::PrivateUse
        | GeneralCategory::Surrogate
        | GeneralCategory::NonspacingMark
        | GeneralCategory::EnclosingMark
        | GeneralCategory::Unassigned => false,
        GeneralCategory::SpaceSeparator => c == ' ',
        _ => true,
    };
    seen && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// `раyments` with two Cyrillic letters reads like another table.
fn mixes_scripts(name: &str) -> bool {
    let scripts = CodePointMapData::<Script>::new();
    let mut seen = name
        .chars()
        .map(|c| scripts.get(c))
        .filter(|script| !matches!(*script, Script::Common | Script::Inherited));
    seen.next()
        .is_some_and(|first| seen.any(|script| script != first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_name_stays_as_it_is() {
        for name in [
            "public.invoices",
            "\"Order Items\".\"größe\"",
            "a.f(integer, \"My Type\")",
            "\"quoted \"\"name\"\"\"",
            "\"таблица\"",
        ] {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn a_name_that_would_pass_for_another_is_escaped_and_can_be_pasted() {
        for (name, expected) in [
            ("a.\"x\ny\"", "a.U&\"x\\000Ay\""),
            ("\"pay\u{200b}ments\"", "U&\"pay\\200Bments\""),
            ("\"\u{202e}abc\"", "U&\"\\202Eabc\""),
            ("\"p\u{430}y\"", "U&\"p\\0430y\""),
            ("\"a\u{1b}[31m\"", "U&\"a\\001B[31m\""),
            ("\"q\"\"\n\"(text)", "U&\"q\"\"\\000A\"(text)"),
            ("\"\\\u{7}\"", "U&\"\\\\\\0007\""),
            ("\"\u{e0001}\"", "U&\"\\+0E0001\""),
        ] {
            assert_eq!(shown(name), expected);
        }
    }

    #[test]
    fn the_name_behind_the_quotes_is_found() {
        assert_eq!(raw("org_id"), "org_id");
        assert_eq!(raw("\"Org \"\"Id\""), "Org \"Id");
    }
}
