use std::fmt::Write as _;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{
    CodePointMapData, CodePointMapDataBorrowed, CodePointSetData, CodePointSetDataBorrowed,
};

/// Text with every character that hides or reorders others shown by its number.
///
/// An approver must see what will be sent: U+202E would print `gpj.exe` as `exe.jpg`, and a
/// zero-width space would make two different names look alike (Unicode TR 36, "Trojan Source").
/// Line breaks and tabs stay.
pub fn visible(text: &str) -> String {
    if !hides_something(text) {
        return text.to_owned();
    }
    text.chars()
        .fold(String::with_capacity(text.len() + 16), |mut out, c| {
            if is_hidden(c) {
                let _ = write!(out, "\u{27e8}U+{:04X}\u{27e9}", u32::from(c));
            } else {
                out.push(c);
            }
            out
        })
}

/// Whether the text has a character that hides or reorders others.
pub fn hides_something(text: &str) -> bool {
    text.chars().any(is_hidden)
}

/// Whatever prints as nothing or moves what is beside it: controls, format characters (general
/// category Cf), what Unicode lets a font ignore (UAX 44, Default_Ignorable_Code_Point), line and
/// paragraph separators, and the letters and signs that print as a blank.
fn is_hidden(c: char) -> bool {
    const IGNORABLE: CodePointSetDataBorrowed<'static> =
        CodePointSetData::new::<DefaultIgnorableCodePoint>();
    const CATEGORY: CodePointMapDataBorrowed<'static, GeneralCategory> =
        CodePointMapData::<GeneralCategory>::new();
    match c {
        '\n' | '\t' => false,
        '\u{2800}' | '\u{fff0}'..='\u{fffb}' | '\u{1d159}' => true,
        c => {
            IGNORABLE.contains(c)
                || matches!(
                    CATEGORY.get(c),
                    GeneralCategory::Control
                        | GeneralCategory::Format
                        | GeneralCategory::LineSeparator
                        | GeneralCategory::ParagraphSeparator
                )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reordering_and_zero_width_characters_are_named() {
        assert_eq!(
            visible("a\u{202e}gpj.exe"),
            "a\u{27e8}U+202E\u{27e9}gpj.exe"
        );
        assert_eq!(
            visible("pay\u{200b}ee\0"),
            "pay\u{27e8}U+200B\u{27e9}ee\u{27e8}U+0000\u{27e9}"
        );
    }

    #[test]
    fn what_prints_as_nothing_is_named_whatever_its_block() {
        for c in [
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{17b4}',
            '\u{180b}',
            '\u{2028}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff0}',
            '\u{13430}',
            '\u{1bca0}',
            '\u{1d159}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0100}',
        ] {
            let named = format!("\u{27e8}U+{:04X}\u{27e9}", u32::from(c));
            assert_eq!(visible(&c.to_string()), named);
        }
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        for text in [
            "two\nlines\tand a tab",
            "Zażółć gęślą jaźń",
            "日本語",
            "שלום",
            "naïve ✓",
        ] {
            assert_eq!(visible(text), text);
        }
    }
}
