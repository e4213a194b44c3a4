use clap::{Args, Subcommand};
use serde_json::json;

use super::print;
use crate::config::{Config, ConfigError, ConfigFlags, Environment, Problem};
use crate::exit::{Exit, Failure};
use crate::supervisor::read_manifests;

/// Look at the configuration
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    Check(CheckArgs),
}

/// Check the configuration without starting anything
///
/// Reads the file and the flags as `countersign up` would, and tells each problem with what to do
/// about it. Every key is described in countersign.example.toml.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign config check
  countersign config check --config ./countersign.toml --print

Exit codes: 0 it holds, 2 it does not.")]
pub(super) struct CheckArgs {
    /// Print the configuration in force, defaults included, without secrets
    #[arg(long)]
    print: bool,
    /// Print JSON: {"ok":…,"problems":[{"code","key","problem","todo"}]}
    #[arg(long, conflicts_with = "print")]
    json: bool,
    #[command(flatten)]
    flags: ConfigFlags,
}

pub(super) fn run(command: &ConfigCommand) -> Result<(), Failure> {
    let ConfigCommand::Check(args) = command;
    let config = check(&args.flags);
    if args.json {
        print(&format!("{}\n", as_json(&config)))?;
        return match config {
            Ok(_) => Ok(()),
            // It was told already.
            Err(_) => Err(Failure {
                exit: Exit::Usage,
                chain: Vec::new(),
            }),
        };
    }
    let config = config.map_err(|error| Failure::new(Exit::Usage, &error))?;
    if args.print {
        return print(&config.to_toml());
    }
    let file = config.file.as_ref();
    let read = file.map_or("no file, defaults".to_owned(), |path| {
        path.display().to_string()
    });
    print(&format!("ok: the configuration holds ({read})\n"))
}

/// As `up` does, and the manifests as well.
fn check(flags: &ConfigFlags) -> Result<Config, ConfigError> {
    let config = Config::load(flags, &Environment::read())?;
    let problem = |problem: String| {
        ConfigError::Problems(vec![Problem {
            code: "server.manifests",
            key: "manifests",
            problem,
            todo: "mend the manifest, or take it out of the folder".to_owned(),
        }])
    };
    let files = read_manifests(config.manifests.as_deref()).map_err(|e| problem(e.to_string()))?;
    manifest::Apps::new(&files).map_err(|error| problem(crate::exit::chain(&error).join(": ")))?;
    Ok(config)
}

fn as_json(config: &Result<Config, ConfigError>) -> serde_json::Value {
    match config {
        Ok(_) => json!({ "ok": true, "problems": [] }),
        Err(ConfigError::Problems(problems)) => json!({ "ok": false, "problems": problems }),
        Err(error) => json!({ "ok": false, "problems": [{
            "code": "server.config_file",
            "key": "--config",
            "problem": shield::redact(&crate::exit::chain(error).join(": ")),
            "todo": "mend the file",
        }] }),
    }
}
