use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::digest::{Digest, EmptySecret};
use crate::oauth::Scopes;
use crate::settings::{Client, Owner, RedirectUri, Seed, Settings};

const EXAMPLE: &str = "\
Example:
  printf '%s' \"$(openssl rand -hex 24)\" > client-secret
  printf '%s' 'a long passphrase' > owner-password
  tracker --memory --seed simulated --client-id my-app --client-secret-file client-secret \\
    --redirect-uri http://127.0.0.1:8080/callback \\
    --owner-login sam --owner-password-file owner-password

When it is ready it prints one line of JSON: {\"listening\":\"http://127.0.0.1:7411\"}
  /                                        the issues, for a person
  /.well-known/oauth-authorization-server  where to authorize, RFC 8414
  /api/v1/issues                           the API, with a bearer token
It stops on SIGTERM, on Ctrl-C, and when the process that started it ends.";

/// A small OAuth2 issue tracker for demos and tests.
///
/// One person can sign in, one application can ask that person for access by the authorization
/// code flow with PKCE, and then read and create issues over a REST API. It listens on loopback
/// only: it is no place for real work.
#[derive(Debug, clap::Parser)]
#[command(name = "tracker", version, after_help = EXAMPLE)]
#[command(group = clap::ArgGroup::new("keep").required(true).args(["data", "memory"]))]
pub struct Args {
    /// Loopback address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7411")]
    listen: SocketAddr,
    /// Keep issues and grants in this file; made on first start, replaced as a whole on each change
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Keep everything in memory, and forget it at the end
    #[arg(long)]
    memory: bool,
    /// Identifier of the application that may ask for access
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// File with that application's secret (a line break at its end is ignored)
    #[arg(long, value_name = "FILE")]
    client_secret_file: PathBuf,
    /// Where that application receives its codes; compared as text. May be given several times
    #[arg(long = "redirect-uri", value_name = "URI", required = true)]
    redirect_uris: Vec<RedirectUri>,
    /// Name of the person who can sign in
    #[arg(long, value_name = "NAME")]
    owner_login: String,
    /// File with that person's password (a line break at its end is ignored)
    #[arg(long, value_name = "FILE")]
    owner_password_file: PathBuf,
    /// What a new tracker starts with; an existing data file keeps its own history
    #[arg(long, value_enum, default_value_t)]
    seed: Seed,
    /// How many API requests a minute one grant may make
    #[arg(long, value_name = "COUNT", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    requests_per_minute: u32,
    /// For tests: how long an access token lives, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u32).range(1..))]
    access_token_seconds: u32,
    /// For tests: grant these scopes (divided by spaces) whatever the application asked for
    #[arg(long, value_name = "SCOPES")]
    grant_scopes: Option<Scopes>,
}

/// Why the command line cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A secret's file cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A secret's file is empty.
    #[error("{path} is not usable")]
    Empty {
        /// The file.
        path: PathBuf,
        /// Why.
        source: EmptySecret,
    },
}

impl TryFrom<Args> for Settings {
    type Error = SettingsError;

    fn try_from(args: Args) -> Result<Self, SettingsError> {
        Ok(Self {
            listen: args.listen,
            data: args.data,
            client: Client {
                id: args.client_id,
                secret: secret_from(&args.client_secret_file)?,
                redirect_uris: args.redirect_uris,
            },
            owner: Owner {
                login: args.owner_login,
                password: secret_from(&args.owner_password_file)?,
            },
            seed: args.seed,
            grant_scopes: args.grant_scopes,
            access_token_lifetime: Duration::from_secs(args.access_token_seconds.into()),
            requests_per_minute: args.requests_per_minute,
        })
    }
}

fn secret_from(path: &Path) -> Result<Digest, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    // Editors and `echo` end a file with a line break that nobody meant as part of the secret.
    Digest::of_secret(text.trim_end_matches(['\r', '\n'])).map_err(|source| SettingsError::Empty {
        path: path.to_owned(),
        source,
    })
}
