use std::collections::BTreeMap;
use std::path::Path;

use crate::outcome::{Outcome, Problem};
use crate::workspace::{Workspace, WorkspaceError, files_below, read_text};

/// More lines than this before the tests fail the check.
const MOST_LINES: usize = 500;
/// More lines than this are listed.
const MANY_LINES: usize = 250;

/// Checks sizes of files, promises of crates and names of migrations.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome, WorkspaceError> {
    let (mut problems, mut notes, mut files) = (Vec::new(), Vec::new(), 0);
    let mut migrations = Vec::new();
    for member in &workspace.crates {
        for path in files_below(&member.folder.join("src"), "rs")? {
            files += 1;
            let (name, text) = (shown(&path, &workspace.root), read_text(&path)?);
            match judge_size(&name, &text) {
                Size::Fine => {}
                Size::Many(note) => notes.push(note),
                Size::TooMany(problem) => problems.push(problem),
            }
            if path == member.folder.join("src/lib.rs") {
                problems.extend(judge_promises(&name, &text));
            }
        }
        let found = files_below(&member.folder.join("migrations"), "sql")?;
        migrations.extend(found.iter().map(|path| shown(path, &workspace.root)));
    }
    let rooms: Vec<_> = workspace
        .crates
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    problems.extend(judge_migrations(&migrations, &rooms));
    let looked_at = format!("{files} Rust files, {} migrations", migrations.len());
    Ok(Outcome::new("files", looked_at, problems).with_notes(notes))
}

enum Size {
    Fine,
    Many(String),
    TooMany(Problem),
}

fn judge_size(name: &str, text: &str) -> Size {
    match production_lines(name, text) {
        ..=MANY_LINES => Size::Fine,
        lines @ ..=MOST_LINES => Size::Many(format!("{name} has {lines} lines before its tests")),
        lines => Size::TooMany(Problem::new(
            name,
            format!("{lines} lines before its tests, of at most {MOST_LINES}"),
            "one operation, one file: give each its own, with the helpers that only it uses",
        )),
    }
}

/// How many lines stand before the tests, which come last in a file.
fn production_lines(name: &str, text: &str) -> usize {
    if name.contains("/tests/") || name.ends_with("/tests.rs") {
        return 0;
    }
    let lines: Vec<_> = text.lines().collect();
    let opens_tests = |pair: &[&str]| {
        let [attribute, module] = pair else {
            return false;
        };
        *attribute == "#[cfg(test)]" && module.starts_with("mod ") && module.ends_with('{')
    };
    lines
        .windows(2)
        .position(opens_tests)
        .unwrap_or(lines.len())
}

fn judge_promises(name: &str, text: &str) -> Option<Problem> {
    let opening: Vec<_> = text
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .collect();
    let (rule, instead) = if opening.is_empty() {
        (
            "a crate opens with what it is",
            "begin lib.rs with a sentence in `//!`",
        )
    } else if !opening
        .iter()
        .any(|line| line.trim_start().starts_with("Promises: "))
    {
        (
            "a crate says what it promises",
            "add a paragraph to the opening: `//! Promises: does no IO; never …`",
        )
    } else {
        return None;
    };
    Some(Problem::new(name, rule, instead))
}

fn judge_migrations(paths: &[String], rooms: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut by_number: BTreeMap<&str, &str> = BTreeMap::new();
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or(path);
        let Some(number) = migration_number(name, rooms) else {
            problems.push(Problem::new(
                path,
                "a migration is called NNNN_<room>_<what>.sql",
                format!(
                    "four digits, then one of {}, then what it brings",
                    rooms.join(", ")
                ),
            ));
            continue;
        };
        if let Some(other) = by_number.insert(number, path) {
            problems.push(Problem::new(
                path,
                format!("{other} has the same number"),
                "give the younger one the next number: migrations run in their order",
            ));
        }
    }
    problems
}

/// The number of a well-named migration.
fn migration_number<'a>(name: &'a str, rooms: &[&str]) -> Option<&'a str> {
    let (number, rest) = name.strip_suffix(".sql")?.split_once('_')?;
    let (room, what) = rest.split_once('_')?;
    let numbered = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    // The job queue is a room of the database's own, with a schema but no crate.
    let known = rooms.contains(&room) || room == "jobs";
    (numbered && known && !what.is_empty() && what.bytes().all(word)).then_some(number)
}

fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(lines: usize, test_lines: usize) -> String {
        let tests = format!(
            "#[cfg(test)]\nmod tests {{\n{}}}\n",
            "// test\n".repeat(test_lines)
        );
        "// line\n".repeat(lines) + &tests
    }

    #[test]
    fn a_file_may_have_500_lines_before_its_tests() {
        assert!(matches!(
            judge_size("src/a.rs", &file(250, 900)),
            Size::Fine
        ));
        assert!(matches!(
            judge_size("src/a.rs", &file(251, 0)),
            Size::Many(_)
        ));
        assert!(matches!(
            judge_size("src/a.rs", &file(500, 900)),
            Size::Many(_)
        ));
        assert!(matches!(
            judge_size("src/a.rs", &file(501, 0)),
            Size::TooMany(_)
        ));
        assert!(matches!(
            judge_size("src/tests/a.rs", &file(501, 0)),
            Size::Fine
        ));
    }

    #[test]
    fn a_module_for_tests_at_the_top_does_not_hide_the_code_below() {
        let text = format!("#[cfg(test)]\nmod fixture;\n{}", "// line\n".repeat(500));
        assert!(matches!(judge_size("src/lib.rs", &text), Size::TooMany(_)));
    }

    #[test]
    fn a_crate_says_what_it_is_and_what_it_promises() {
        assert_eq!(
            judge_promises("lib.rs", "//! A.\n//!\n//! Promises: does no IO.\n"),
            None
        );
        for (text, word) in [
            ("mod a;\n", "begin lib.rs"),
            ("//! A.\n\nmod a;\n", "add a paragraph"),
            ("//! A.\n\n//! Promises: too late.\n", "add a paragraph"),
        ] {
            let problem = judge_promises("lib.rs", text).unwrap();
            assert!(problem.instead.starts_with(word), "{problem:?}");
        }
    }

    #[test]
    fn migrations_are_named_by_number_room_and_what() {
        let judge = |names: &[&str]| {
            let paths: Vec<_> = names
                .iter()
                .map(|name| format!("crates/db/migrations/{name}"))
                .collect();
            judge_migrations(&paths, &["db", "audit"])
        };
        assert_eq!(
            judge(&[
                "0001_db_context.sql",
                "0002_audit_log.sql",
                "0003_jobs_queue.sql"
            ]),
            []
        );
        for wrong in [
            "1_db_context.sql",
            "0001_context.sql",
            "0001_kitchen_sink.sql",
            "0001-db-context.sql",
            "0001_db_.sql",
            "0001_db_Context.sql",
            "000a_db_context.sql",
        ] {
            assert_eq!(judge(&[wrong]).len(), 1, "{wrong} was accepted");
        }
        let twice = judge(&["0001_db_context.sql", "0001_audit_log.sql"]);
        assert!(
            twice[0]
                .rule
                .contains("0001_db_context.sql has the same number"),
            "{twice:?}"
        );
    }
}
