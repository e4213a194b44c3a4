use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::json;

use super::instance::Pids;
use super::start::Started;
use crate::config::Config;
use crate::data_dir::DataDir;

/// How a start is told on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announce {
    /// For people.
    Text,
    /// One line of JSON, for programs.
    Json,
}

impl Announce {
    /// Tells that the server is ready.
    pub(super) fn ready(self, config: &Config, started: &Started) {
        let text = match self {
            Self::Text => text(config, started),
            Self::Json => json(started),
        };
        let mut out = std::io::stdout().lock();
        // A server goes on when nobody reads its first words.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

fn json(started: &Started) -> String {
    let instance = started.instance.borrow();
    let line = json!({
        "ready": true,
        "url": instance.public_url,
        "local_url": instance.local_url,
        "data_dir": instance.data_dir,
        "pids": instance.pids,
        "new": started.is_new,
        "ms": u64::try_from(started.took.as_millis()).unwrap_or(u64::MAX),
    });
    format!("{line}\n")
}

fn text(config: &Config, started: &Started) -> String {
    let instance = started.instance.borrow();
    let Pids {
        supervisor,
        front,
        broker,
        ..
    } = instance.pids;
    let database = match &started.database.cluster {
        Some(cluster) => {
            let version = cluster.version();
            format!(
                "private PostgreSQL {}.{}, no port",
                version / 10_000,
                version % 10_000
            )
        }
        None => "yours, by database_url".to_owned(),
    };
    let mut text = format!(
        "\nCountersign {} is ready, in {:.1} s.\n\n\
         \x20 open       {}\n\
         \x20 data       {}\n\
         \x20 database   {database}\n\
         \x20 processes  front {front}, broker {broker}, supervisor {supervisor}\n\
         \x20 stop       Ctrl-C, or: kill {supervisor}\n",
        instance.version,
        started.took.as_secs_f64(),
        instance.public_url,
        instance.data_dir.display(),
    );
    if started.is_new {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\nThis is a new installation.\n\
             \x20 - Open the address and sign up: whoever makes an organisation is its owner.\n\
             \x20 - Keep {}\n\
             \x20   Without it, nobody can open the secrets that are sealed here.\n\
             \x20 - Keep a copy of {}\n\
             \x20   Without it, everybody has to sign in again.\n\
             \x20 - In another terminal, see what this server can prove: countersign verify\n",
            master_key(config),
            DataDir::new(&config.data_dir).secret_file().display(),
        );
    }
    text.push('\n');
    text
}

/// What secrets are sealed under.
fn master_key(config: &Config) -> String {
    match config.master_keys.first() {
        Some(first) if !first.is_file() => {
            "the master key where it is, with its key management service".to_owned()
        }
        _ => format!("a copy of {}", config.master_key_file.display()),
    }
}
