use std::path::Path;
use std::sync::Arc;

use clap::{Args, Subcommand};
use db::Db;
use identity::{Email, MoveAccountError};
use kernel::{Clock as _, SystemClock, SystemRng};
use mail::MailAddress;
use url::Url;

use super::{find, load, print, runtime};
use crate::config::{Config, ConfigFlags, ServerFlags};
use crate::data_dir::{DataDir, Login, ServerSecret};
use crate::database::Place;
use crate::exit::{Exit, Failure};
use crate::post;
use crate::process::MailBoot;
use crate::supervisor::{InstanceFile, mail_boot};

/// Try the mail server, or take somebody's word for their address
#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    Test(TestArgs),
    Vouch(VouchArgs),
    Move(MoveArgs),
}

/// Send one mail by the configuration, and tell what the mail server said
///
/// No server has to run. The mail goes out encrypted or not at all.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign mail test you@example.com
  countersign mail test you@example.com --config ./countersign.toml

Exit codes: 0 the mail server took it, 2 wrong configuration or address, 3 it was not taken.")]
pub(super) struct TestArgs {
    /// Where the mail goes
    address: String,
    #[command(flatten)]
    flags: ConfigFlags,
}

/// Vouch for the address of somebody who has an account
///
/// For a server that sends no mail: nobody can be sent a link to confirm their address there, and
/// without that they can do next to nothing. It stands in the audit log.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign mail vouch you@example.com

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
  countersign mail move old@example.com new@example.com

Exit codes: 0 done, 1 no account under the one, or one under the other, 2 no address, 3 no server runs.")]
pub(super) struct MoveArgs {
    /// The account's address
    from: String,
    /// Its new address
    to: String,
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(command: &MailCommand) -> Result<(), Failure> {
    match command {
        MailCommand::Test(args) => test(args),
        MailCommand::Vouch(args) => vouch(args),
        MailCommand::Move(args) => move_account(args),
    }
}

fn test(args: &TestArgs) -> Result<(), Failure> {
    let to = MailAddress::parse(&args.address).map_err(Failure::usage)?;
    let config = load(&args.flags)?;
    let MailBoot::Smtp(boot) = mail_boot(&config).map_err(Failure::usage)? else {
        return Err(Failure {
            exit: Exit::Usage,
            chain: vec![
                "the configuration has no [mail]: countersign.example.toml describes it".to_owned(),
            ],
        });
    };
    let public_url = public_url(&config)?;
    let settings = boot.settings(&public_url).map_err(Failure::usage)?;
    let letter = mail::test_letter(public_url.as_str()).map_err(Failure::cannot_run)?;
    let said = runtime()?.block_on(async {
        let smtp = post::smtp(settings).map_err(Failure::cannot_run)?;
        let sent = smtp.send(&letter, &to, (SystemClock.now(), &SystemRng));
        sent.await.map_err(Failure::cannot_run)
    })?;
    print(&format!("sent to {to}: the mail server said {said}\n"))
}

fn public_url(config: &Config) -> Result<Url, Failure> {
    match &config.public_url {
        Some(url) => Ok(url.clone()),
        None => Url::parse(&format!("http://{}", config.listen)).map_err(Failure::usage),
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
        Err(error @ (MoveAccountError::Gone | MoveAccountError::Taken)) => Err(Failure {
            exit: Exit::CheckFailed,
            chain: vec![error.to_string()],
        }),
    }
}

/// The database of the running server.
fn database(folder: &Path, login: Login) -> Result<Db, Failure> {
    let data_dir = DataDir::new(folder);
    let instance = InstanceFile::of_running(&data_dir)?;
    let secret = ServerSecret::load(&data_dir).map_err(Failure::cannot_run)?;
    let options = Place::of(&instance)
        .login(login, &secret)
        .options()
        .map_err(Failure::cannot_run)?;
    Ok(Db::new(
        options,
        1,
        Arc::new(SystemClock),
        Arc::new(SystemRng),
    ))
}
