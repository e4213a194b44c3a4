//! Process statistics without a server.

mod mapping;
mod progress;
mod stats;

use clap::Subcommand;

use crate::exit::Failure;

/// Look at event logs
#[derive(Debug, Subcommand)]
pub(super) enum InsightCommand {
    Stats(stats::StatsArgs),
}

pub(super) fn run(command: &InsightCommand) -> Result<(), Failure> {
    let InsightCommand::Stats(args) = command;
    stats::run(args)
}
