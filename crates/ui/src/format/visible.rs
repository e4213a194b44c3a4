use std::fmt::Write as _;

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

/// Control and format characters: bidirectional controls, zero-width ones, tags, variation
/// selectors, and the letters that print as a blank.
fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        c if c.is_control() => true,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
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
