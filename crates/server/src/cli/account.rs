use clap::{Args, Subcommand};
use identity::{Email, MoveAccountError};

use super::{database, find, print, runtime};
use crate::config::ServerFlags;
use crate::data_dir::Login;
use crate::exit::{Exit, Failure};

/// Take somebody's word for their address, or move their account to another one
#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    Vouch(VouchArgs),
    Move(MoveArgs),
}

/// Vouch for the address of somebody who has an account
///
/// For a server that sends no mail: nobody can be sent a link to confirm their address there, and
/// without that they can do next to nothing. It stands in the audit log.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign account vouch you@example.com

Exit codes: 0 done, 1 nobody has an account under it, 2 no address, 3 no server runs.")]
pub(super) struct VouchArgs {
    /// The account's address
    address: String,
    #[command(flatten)]
    flags: ServerFlags,
}

/// Move somebody's account to another address
///
/// For somebody who lost the mailbox that would have to agree, and for a server that sends no mail. The
/// account keeps its password and second factors, and every session of it ends; your word confirms the new
/// address. It stands in the audit log, and both addresses are told where the server sends mail. Make sure who asks: whoever has the new mailbox can
/// reset the password.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign account move old@example.com new@example.com

Exit codes: 0 done, 1 no account under the one, or one under the other, 2 no address, 3 no server runs.")]
pub(super) struct MoveArgs {
    /// The account's address
    from: String,
    /// Its new address
    to: String,
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(command: &AccountCommand) -> Result<(), Failure> {
    match command {
        AccountCommand::Vouch(args) => vouch(args),
        AccountCommand::Move(args) => move_account(args),
    }
}

fn vouch(args: &VouchArgs) -> Result<(), Failure> {
    let email = Email::parse(&args.address).map_err(Failure::usage)?;
    let folder = find(&args.flags)?;
    let known = runtime()?.block_on(async {
        let db = database(&folder, Login::Broker)?;
        identity::vouch(&db, &email)
            .await
            .map_err(Failure::cannot_run)
    })?;
    if !known {
        return Err(Failure {
            exit: Exit::CheckFailed,
            chain: vec![format!("nobody has an account under {}", email.as_str())],
        });
    }
    print(&format!("{} is confirmed\n", email.as_str()))
}

fn move_account(args: &MoveArgs) -> Result<(), Failure> {
    let from = Email::parse(&args.from).map_err(Failure::usage)?;
    let to = Email::parse(&args.to).map_err(Failure::usage)?;
    let folder = find(&args.flags)?;
    let moved = runtime()?.block_on(async {
        let db = database(&folder, Login::Verifier)?;
        Ok::<_, Failure>(identity::move_account(&db, &from, &to).await)
    })?;
    match moved {
        Ok(()) => print(&format!("{} is {} now\n", from.as_str(), to.as_str())),
        Err(MoveAccountError::Database(error)) => Err(Failure::cannot_run(error)),
        Err(error) => Err(Failure {
            exit: Exit::CheckFailed,
            chain: vec![error.to_string()],
        }),
    }
}
