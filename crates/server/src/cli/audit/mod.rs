//! The audit log from the command line.

mod checkpoint;
mod export;
mod prove;
mod source;
mod verify;
mod verify_entry;

use clap::Subcommand;

use crate::exit::Failure;

/// Verify and export the audit log
#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    Verify(verify::VerifyArgs),
    Prove(prove::ProveArgs),
    VerifyEntry(verify_entry::VerifyEntryArgs),
    Export(export::ExportArgs),
    Checkpoint(checkpoint::CheckpointArgs),
}

pub(super) fn run(command: &AuditCommand) -> Result<(), Failure> {
    match command {
        AuditCommand::Verify(args) => verify::run(args),
        AuditCommand::Prove(args) => prove::run(args),
        AuditCommand::VerifyEntry(args) => verify_entry::run(args),
        AuditCommand::Export(args) => export::run(args),
        AuditCommand::Checkpoint(args) => checkpoint::run(args),
    }
}
