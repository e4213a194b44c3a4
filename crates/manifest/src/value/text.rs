use regex::Regex;

/// Which strings an argument may be.
#[derive(Debug)]
pub struct TextRule {
    pub(crate) max_length: usize,
    pub(crate) multiline: bool,
    pub(crate) pattern: Option<Pattern>,
}

/// A regular expression that a whole text must match, in linear time (no back-references).
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) written: String,
    regex: Regex,
}

/// Memory that a compiled pattern may take, in bytes.
const MAX_PATTERN_SIZE: usize = 64 * 1024;

impl Pattern {
    pub(crate) fn parse(written: &str) -> Result<Self, String> {
        // Their meaning depends on Unicode tables that another crate may switch on or off.
        let mut letters = written.chars();
        while let Some(letter) = letters.next() {
            if letter == '\\'
                && letters
                    .next()
                    .is_some_and(|next| next.is_ascii_alphanumeric())
            {
                return Err("write classes out: [0-9] instead of \\d".to_owned());
            }
        }
        if written.contains("(?") {
            return Err("groups are plain: no flags, no names".to_owned());
        }
        regex::RegexBuilder::new(&format!("\\A(?:{written})\\z"))
            .size_limit(MAX_PATTERN_SIZE)
            .build()
            .map(|regex| Self {
                written: written.to_owned(),
                regex,
            })
            .map_err(|_| "not a regular expression, or too large a one".to_owned())
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl TextRule {
    /// What is wrong with `text`.
    pub(crate) fn problem(&self, text: &str) -> Option<String> {
        if text.chars().count() > self.max_length {
            return Some(format!("longer than {} characters", self.max_length));
        }
        if let Some(bad) = text.chars().find(|c| self.forbids(*c)) {
            return Some(format!(
                "the character U+{:04X} is not allowed",
                u32::from(bad)
            ));
        }
        let pattern = self.pattern.as_ref()?;
        (!pattern.matches(text)).then(|| format!("does not match {}", pattern.written))
    }

    /// Characters that a reviewer cannot see, or that reorder what the reviewer sees.
    fn forbids(&self, c: char) -> bool {
        match c {
            '\n' | '\t' => !self.multiline,
            // Line and paragraph separators; bidirectional embeddings, overrides and isolates
            // (Unicode TR 36); tags, which hide ASCII.
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}' => true,
            _ => c.is_control(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(multiline: bool, pattern: Option<&str>) -> TextRule {
        let pattern = pattern.map(|text| Pattern::parse(text).unwrap());
        TextRule {
            max_length: 8,
            multiline,
            pattern,
        }
    }

    #[test]
    fn a_reviewer_sees_every_character() {
        for hidden in [
            "\r",
            "\0",
            "\u{1b}[2J",
            "\u{202e}x",
            "\u{2066}",
            "\u{2028}",
            "\u{e0041}",
        ] {
            assert!(rule(true, None).problem(hidden).is_some(), "{hidden:?}");
        }
        assert_eq!(rule(true, None).problem("a\n\tb"), None);
        assert!(rule(false, None).problem("a\nb").is_some());
        assert_eq!(rule(false, None).problem("👩‍💻é"), None);
        assert!(rule(false, None).problem("123456789").is_some());
    }

    #[test]
    fn a_pattern_covers_the_whole_text() {
        let digits = rule(true, Some("[0-9]+|x"));
        assert_eq!(digits.problem("12"), None);
        for bad in ["12 ", "a12", "12\n", "\n12", ""] {
            assert!(digits.problem(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn patterns_that_mean_different_things_elsewhere_are_refused() {
        for bad in [
            "\\d+",
            "(?i)a",
            "(?<name>a)",
            "(",
            "a{1,99999}{1,9999}",
            "\\1",
        ] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
        assert!(Pattern::parse("\\.\\\\[0-9]").is_ok());
    }
}
