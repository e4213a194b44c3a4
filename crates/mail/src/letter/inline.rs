/// Names longer than this are cut: a subject is one line.
const MAX_NAME_CHARACTERS: usize = 60;

/// A name for the middle of a line: whatever it holds, it stays there. Somebody else chose it, so
/// that it must not look like a second paragraph, nor become a link in a mail program.
pub(super) fn inline(name: &str) -> String {
    line(name).chars().take(MAX_NAME_CHARACTERS).collect()
}

/// The same of a sentence, as long as it is.
pub(super) fn line(text: &str) -> String {
    let flat: String = text
        .chars()
        .map(|c| {
            if c.is_control() || c.is_whitespace() {
                ' '
            } else {
                c
            }
        })
        .filter(|c| !is_invisible(*c))
        .collect();
    let words: Vec<&str> = flat.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ").replace("://", " ").replace("www.", "www ")
}

/// Characters that turn the direction of what follows, or print as nothing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}
