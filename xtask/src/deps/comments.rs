use crate::outcome::Problem;

/// A line of [workspace.dependencies].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The dependency.
    pub(crate) name: String,
    /// The line in Cargo.toml, from 1.
    line: usize,
    ours: bool,
    comment: String,
}

/// The entries of [workspace.dependencies] in the text of the root Cargo.toml.
///
/// A TOML reader drops comments, and comments are what this is about: it reads lines, and knows
/// strings and brackets well enough for a value that spans several.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let (mut inside, mut depth) = (false, 0_i32);
    for (number, line) in text.lines().enumerate() {
        let (value, comment) = split_comment(line);
        if depth == 0 && value.trim_start().starts_with('[') {
            inside = value.trim() == "[workspace.dependencies]";
            continue;
        }
        if !inside {
            continue;
        }
        let continued = depth > 0;
        depth += brackets(value);
        match (continued, value.split_once('=')) {
            (true, _) => {
                if let Some(entry) = found.last_mut() {
                    entry.comment.push_str(comment.trim());
                }
            }
            (false, Some((name, value))) => found.push(Entry {
                name: name.trim().trim_matches('"').to_owned(),
                line: number + 1,
                ours: value.contains("path ="),
                comment: comment.trim().to_owned(),
            }),
            (false, None) => {}
        }
    }
    found
}

/// Whether the entry says what it is for. Our own crates say it themselves.
pub(crate) fn judge(entry: &Entry) -> Option<Problem> {
    (!entry.ours && entry.comment.is_empty()).then(|| {
        Problem::new(
            format!("Cargo.toml:{}: {}", entry.line, entry.name),
            "each dependency says what it is for",
            "add a comment to its line: the need, not the name of the library in other words",
        )
    })
}

/// The parts of a line before and after `#`, which is no comment inside a string.
fn split_comment(line: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '#') => {
                let (value, comment) = line.split_at(at);
                return (value, comment.trim_start_matches('#'));
            }
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            _ => {}
        }
    }
    (line, "")
}

fn brackets(value: &str) -> i32 {
    value.chars().fold(0, |depth, letter| match letter {
        '[' | '{' => depth + 1,
        ']' | '}' => depth - 1,
        _ => depth,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[workspace]
members = ["crates/*"]

[workspace.dependencies]
# -- our own
kernel = { path = "crates/kernel" }
# -- others
serde = { version = "1", features = ["derive"] }   # wire formats
bare = "1"
tricky = "1 # not a comment"
long = { version = "1", features = [
    "a",
    "b", # why b
] }
silent = { version = "1", features = [
    "a",
] }

[workspace.lints.rust]
unsafe_code = "forbid"
"#;

    #[test]
    fn entries_are_those_of_their_section() {
        let names: Vec<_> = entries(TEXT).into_iter().map(|entry| entry.name).collect();
        assert_eq!(
            names,
            ["kernel", "serde", "bare", "tricky", "long", "silent"]
        );
    }

    #[test]
    fn an_entry_without_a_comment_is_named_with_its_line() {
        let problems: Vec<_> = entries(TEXT)
            .iter()
            .filter_map(judge)
            .map(|found| found.at)
            .collect();
        assert_eq!(
            problems,
            [
                "Cargo.toml:10: bare",
                "Cargo.toml:11: tricky",
                "Cargo.toml:16: silent"
            ]
        );
    }
}
