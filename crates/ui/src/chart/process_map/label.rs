/// Widest line of a step's name, in pixels.
const WIDEST: f64 = 168.0;

/// Breaks a name into at most two lines that fit a node; the rest becomes an ellipsis.
pub(super) fn lines(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + width(" ") + width(word) <= WIDEST => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let cut = lines.len() > 2;
    lines.truncate(2);
    for line in &mut lines {
        *line = shortened(line);
    }
    if let Some(last) = lines.last_mut().filter(|_| cut)
        && !last.ends_with('…')
    {
        last.push('…');
    }
    lines
}

/// Width of a text at 12 px in the page's font, roughly: server-side there is no font to ask.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(letter).sum()
}

fn letter(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' | '|' | ':' | ';' | '!' => 3.4,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '-' | '/' => 4.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 10.6,
        'A'..='Z' => 8.3,
        c if c.is_ascii() => 7.0,
        // East Asian text is about square.
        '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{ff00}'..='\u{ff60}' => 12.0,
        _ => 7.4,
    }
}

fn shortened(line: &str) -> String {
    if width(line) <= WIDEST {
        return line.to_owned();
    }
    let mut used = letter('m');
    let fits = |c: &char| {
        used += letter(*c);
        used <= WIDEST
    };
    let mut short: String = line.chars().take_while(fits).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_name_takes_two_lines_and_a_longer_one_is_cut() {
        assert_eq!(lines("Closed"), ["Closed"]);
        assert_eq!(
            lines("Wait for the answer of the customer"),
            ["Wait for the answer of the", "customer"]
        );
        assert_eq!(lines("").len(), 0);
        assert!(lines(&"very ".repeat(40))[1].ends_with('…'));
    }

    proptest! {
        #[test]
        fn no_name_is_wider_than_its_node(name in "\\PC{0,120}") {
            let lines = lines(&name);
            prop_assert!(lines.len() <= 2);
            prop_assert!(lines.iter().all(|line| width(line) <= WIDEST + 8.0));
        }
    }
}
