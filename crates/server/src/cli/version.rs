use clap::Args;
use serde_json::json;

use super::print;
use crate::exit::Failure;

/// Print the version
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  countersign version --json")]
pub(super) struct VersionArgs {
    /// Print JSON: {"version":…,"schema":…,"target":…}
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &VersionArgs) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let schema = db::migrate::MIGRATIONS.len();
    let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    print(&if args.json {
        format!(
            "{}\n",
            json!({ "version": version, "schema": schema, "target": target })
        )
    } else {
        format!("countersign {version} (database schema {schema}, {target})\n")
    })
}
