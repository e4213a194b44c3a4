/// A piece of a text in which names stand between backticks, as manifests write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    /// What it says, without backticks.
    pub text: &'a str,
    /// Whether it is a name.
    pub is_code: bool,
}

/// The pieces of a text, in their order. A backtick without a second one is an ordinary letter.
pub fn code_spans(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some((before, name, after)) = next_name(rest) {
        spans.push(Span {
            text: before,
            is_code: false,
        });
        spans.push(Span {
            text: name,
            is_code: true,
        });
        rest = after;
    }
    spans.push(Span {
        text: rest,
        is_code: false,
    });
    spans
}

fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (name, after) = rest.split_once('`')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_stands_between_backticks_is_a_name() {
        let pieces: Vec<_> = code_spans("with `repo` or `a`.")
            .into_iter()
            .map(|span| (span.text, span.is_code))
            .collect();
        assert_eq!(
            pieces,
            [
                ("with ", false),
                ("repo", true),
                (" or ", false),
                ("a", true),
                (".", false)
            ]
        );
        assert_eq!(code_spans("5` wide")[0].text, "5` wide");
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_is_lost(text in "[a-z` ]{0,40}") {
            let spans = code_spans(&text);
            let letters = |text: &str| text.chars().filter(|c| *c != '`').count();
            let shown: usize = spans.iter().map(|span| letters(span.text)).sum();
            prop_assert_eq!(shown, letters(&text));
        }
    }
}
