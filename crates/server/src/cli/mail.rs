use clap::{Args, Subcommand};
use kernel::{Clock as _, SystemClock, SystemRng};
use mail::MailAddress;
use url::Url;

use super::{load, print, runtime};
use crate::config::{Config, ConfigFlags};
use crate::exit::{Exit, Failure};
use crate::post;
use crate::process::MailBoot;
use crate::supervisor::mail_boot;

/// Try the mail server
#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    Test(TestArgs),
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

pub(super) fn run(command: &MailCommand) -> Result<(), Failure> {
    match command {
        MailCommand::Test(args) => test(args),
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
