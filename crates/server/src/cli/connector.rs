use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use manifest::{Apps, Class};
use serde_json::{Value, json};

use super::print;
use crate::exit::{Exit, Failure};

/// Write connector manifests
#[derive(Debug, Subcommand)]
pub(super) enum ConnectorCommand {
    Check(CheckArgs),
    Schema(SchemaArgs),
}

/// Check connector manifests, and tell where one does not hold
///
/// Reads each file as a server would that has it in the folder of `manifests`, and tells the first
/// problem of each with its line and column. A file with `operations_of` is read with the manifest that it
/// names: one that comes with the server, or one of the files given. Whether an `id` is taken is not looked
/// at, and keeps a server from starting. No server has to run. How a manifest is written is
/// described in docs/connectors.md.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign connector check ./connectors/desk.toml
  countersign connector check ./connectors/*.toml --json | jq '.[] | select(.ok | not)'

Exit codes: 0 all hold, 1 one does not, 2 a file cannot be read.")]
pub(super) struct CheckArgs {
    /// The manifests
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print JSON: [{"file","ok","id","reads","writes","line","column","found","problem"}]
    #[arg(long)]
    json: bool,
}

/// Print the format of manifests as a JSON Schema
///
/// For editors that complete and check TOML by a schema, and for programs that write manifests. It is
/// the same as docs/connector.schema.json. What a schema cannot say is checked by `connector check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign connector schema > connector.schema.json

Exit codes: 0 printed.")]
pub(super) struct SchemaArgs {}

/// Why a file was not checked.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be read", path = path.display())]
struct Unreadable {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

pub(super) fn run(command: &ConnectorCommand) -> Result<(), Failure> {
    match command {
        ConnectorCommand::Check(args) => check(args),
        ConnectorCommand::Schema(_) => {
            let text = serde_json::to_string_pretty(&manifest::json_schema());
            print(&format!("{}\n", text.map_err(Failure::cannot_run)?))
        }
    }
}

fn check(args: &CheckArgs) -> Result<(), Failure> {
    let mut texts = Vec::new();
    for path in &args.files {
        let text = std::fs::read_to_string(path).map_err(|source| {
            Failure::usage(Unreadable {
                path: path.clone(),
                source,
            })
        })?;
        texts.push(text);
    }
    let told: Vec<Told> = args
        .files
        .iter()
        .zip(&texts)
        .map(|(path, text)| Told::of(path, text, &texts))
        .collect();
    if args.json {
        let all: Vec<&Value> = told.iter().map(|one| &one.json).collect();
        let text = serde_json::to_string_pretty(&all).map_err(Failure::cannot_run)?;
        print(&format!("{text}\n"))?;
    } else {
        print(&told.iter().map(|one| one.text.as_str()).collect::<String>())?;
    }
    match told.iter().filter(|one| !one.holds).count() {
        0 => Ok(()),
        wrong => Err(Failure {
            exit: Exit::CheckFailed,
            chain: vec![format!("manifests that do not hold: {wrong}")],
        }),
    }
}

/// What is told about one file.
struct Told {
    holds: bool,
    text: String,
    json: Value,
}

impl Told {
    fn of(path: &Path, text: &str, given: &[String]) -> Self {
        let file = path.display();
        match Apps::check(text, given) {
            Ok(manifest) => {
                let count = |class| manifest.operations_of(class).count();
                let (reads, writes) = (count(Class::Read), count(Class::Write));
                Self {
                    holds: true,
                    text: format!(
                        "{file}: ok: {}, reads: {reads}, writes: {writes}\n",
                        manifest.id
                    ),
                    json: json!({
                        "file": file.to_string(), "ok": true, "id": manifest.id,
                        "reads": reads, "writes": writes,
                    }),
                }
            }
            // As compilers tell it, so that editors find the place.
            Err(error) => Self {
                holds: false,
                text: format!(
                    "{file}:{}:{}: {}\n  {}\n",
                    error.line, error.column, error.problem, error.found
                ),
                json: json!({
                    "file": file.to_string(), "ok": false, "line": error.line,
                    "column": error.column, "found": error.found, "problem": error.problem,
                }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACKER: &str = include_str!("../../../../connectors/tracker.toml");

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let good = Told::of(Path::new("a.toml"), TRACKER, &[]);
        assert!(good.holds);
        assert_eq!(good.text, "a.toml: ok: tracker, reads: 3, writes: 1\n");
        let bad = TRACKER.replacen("method = \"GET\"", "method = \"DELETE\"", 1);
        let line = bad
            .lines()
            .position(|line| line.contains("DELETE"))
            .unwrap()
            + 1;
        let told = Told::of(Path::new("b.toml"), &bad, &[]);
        assert!(!told.holds);
        let place = format!("b.toml:{line}:10: a method is GET");
        assert!(told.text.starts_with(&place), "{}", told.text);
        assert_eq!(told.json["column"], 10);
    }

    #[test]
    fn the_published_schema_is_the_one_of_the_reader() {
        let published = include_str!("../../../../docs/connector.schema.json");
        let published: Value = serde_json::from_str(published).unwrap();
        assert!(
            published == manifest::json_schema(),
            "write it anew: countersign connector schema > docs/connector.schema.json"
        );
    }
}
