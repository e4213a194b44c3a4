use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use clap::{Args, ValueEnum};
use kernel::Secret;
use lint::{Allow, Options, Report, Severity};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use url::Url;

use super::{print, runtime};
use crate::config::Environment;
use crate::exit::{Exit, Failure};

/// Look for ways round row level security in any PostgreSQL database
///
/// Reads the catalogue of a database, ours or any other of PostgreSQL 13 and newer, and tells what
/// passes its policies by: tables without them, logins that they do not hold for, views and functions
/// with their owner's rights, keys that tell across tenants, and policies that cost an index. Reads no
/// row of a table and changes nothing; any login that may connect will do. The rules are described in
/// docs/lint-db.md.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  DATABASE_URL=postgres://reader:…@db.internal/app countersign lint-db
  countersign lint-db --url postgres://reader@db.internal/app --tenant-column team_id
  countersign lint-db --url-env APP_DATABASE_URL --allow lint-db.toml --json | jq '.findings[].rule'

An exception in the file of --allow, of which each names its reason:
  [[allow]]
  rule = \"policy.open_table\"
  object = \"policy read on public.countries\"
  reason = \"the same for every tenant\"

Exit codes: 0 no finding of severity error, 1 findings of severity error, 2 wrong arguments or
exceptions, 3 the database could not be reached, or its catalogue not be read.")]
pub(super) struct LintDbArgs {
    /// The database, without a password: that one is taken from PGPASSWORD or ~/.pgpass
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The environment variable that has the database's URL, with its password
    #[arg(
        long,
        value_name = "NAME",
        default_value = "DATABASE_URL",
        conflicts_with = "url"
    )]
    url_env: String,
    /// Print JSON: {"version":1,"database","server","tenant":{…},"looked_at":{…},"findings":[{"rule",
    /// "severity","object":{"kind","name"},"finding","why","mend"}],"allowed":[…],"summary":{…}}
    #[arg(long)]
    json: bool,
    /// A file of exceptions; one that matches nothing is a finding
    #[arg(long, value_name = "FILE")]
    allow: Option<PathBuf>,
    /// Look at this schema alone; may be repeated. Logins and the server are looked at all the same
    #[arg(long, value_name = "NAME")]
    schema: Vec<String>,
    /// The column that tells tenants apart [default: of org_id, organisation_id, organization_id,
    /// tenant_id, account_id and workspace_id the one that most tables have]
    #[arg(long, value_name = "NAME")]
    tenant_column: Option<String>,
    /// Show nothing that is less bad
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "note")]
    min_severity: Least,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Least {
    Note,
    Warning,
    Error,
}

/// A server that does not answer is none.
const PATIENCE: Duration = Duration::from_secs(15);

/// Reading is all that is done, and for so long that nobody else is held up.
const SETTINGS: &str = "set default_transaction_read_only = on; set statement_timeout = '60s'; \
                        set lock_timeout = '5s'; set client_min_messages = 'error'";

/// Why nothing was looked at.
#[derive(Debug, thiserror::Error)]
enum LintDbError {
    #[error("no database is named: give --url, or set {name}")]
    NoUrl { name: String },
    #[error(
        "--url has a password in it, and every user of this machine can read a command line: set DATABASE_URL, or PGPASSWORD"
    )]
    Password,
    #[error("the database's URL does not hold")]
    Url(#[source] sqlx::Error),
    #[error("{path} cannot be read", path = path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} cannot be taken", path = path.display())]
    Allow {
        path: PathBuf,
        #[source]
        source: lint::AllowError,
    },
    #[error("there is no schema {0:?} in this database")]
    Schema(String),
    #[error("no table in this database has a column {0:?}")]
    TenantColumn(String),
    #[error("the database at {host} cannot be reached as {role}")]
    Unreachable {
        host: String,
        role: String,
        #[source]
        source: sqlx::Error,
    },
    #[error("the database at {host} does not answer within {seconds} s", seconds = PATIENCE.as_secs())]
    Silent { host: String },
    #[error("the session could not be prepared")]
    Prepare(#[source] sqlx::Error),
    #[error("the database could not be looked at")]
    Read(#[source] lint::ReadError),
}

pub(super) fn run(args: &LintDbArgs) -> Result<(), Failure> {
    crate::logs::start_for_command();
    let allow = args.allow.as_deref().map(allowed).transpose();
    let options = Options {
        allow: allow.map_err(Failure::usage)?.unwrap_or_default(),
        schemas: args.schema.clone(),
        tenant_column: args.tenant_column.clone(),
    };
    let database = database(args).map_err(Failure::usage)?;
    let mut report = runtime()?.block_on(look(&database, &options))?;
    report.hide_below(match args.min_severity {
        Least::Note => Severity::Note,
        Least::Warning => Severity::Warning,
        Least::Error => Severity::Error,
    });
    if args.json {
        let text = serde_json::to_string_pretty(&report).map_err(Failure::cannot_run)?;
        print(&format!("{text}\n"))?;
    } else {
        print(&report.text())?;
    }
    match report.summary.errors {
        0 => Ok(()),
        errors => Err(Failure {
            exit: Exit::CheckFailed,
            chain: vec![format!("findings of severity error: {errors}")],
        }),
    }
}

fn allowed(path: &Path) -> Result<Vec<Allow>, LintDbError> {
    let text = std::fs::read_to_string(path).map_err(|source| LintDbError::Open {
        path: path.to_owned(),
        source,
    })?;
    lint::read_allow_file(&text).map_err(|source| LintDbError::Allow {
        path: path.to_owned(),
        source,
    })
}

fn database(args: &LintDbArgs) -> Result<PgConnectOptions, LintDbError> {
    let url = match &args.url {
        Some(url) if has_password(url) => return Err(LintDbError::Password),
        Some(url) => Secret::new(url.clone()),
        None => Environment::secret(&args.url_env).ok_or_else(|| LintDbError::NoUrl {
            name: args.url_env.clone(),
        })?,
    };
    let options = PgConnectOptions::from_str(url.expose()).map_err(LintDbError::Url)?;
    Ok(options
        .application_name("countersign lint-db")
        .disable_statement_logging())
}

fn has_password(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        url.password().is_some() || url.query_pairs().any(|(key, _)| key == "password")
    })
}

async fn look(database: &PgConnectOptions, options: &Options) -> Result<Report, Failure> {
    let mut connection = connect(database).await.map_err(Failure::cannot_run)?;
    let given = options.tenant_column.as_deref();
    let columns = given.map_or_else(|| lint::GUESSES.to_vec(), |given| vec![given]);
    let catalogue = lint::read(&mut connection, &columns)
        .await
        .map_err(|error| Failure::cannot_run(LintDbError::Read(error)))?;
    // The report is there: how the connection ends changes nothing in it.
    let _ = connection.close().await;
    if let Some(unknown) = options
        .schemas
        .iter()
        .find(|name| !catalogue.has_schema(name))
    {
        return Err(Failure::usage(LintDbError::Schema(unknown.clone())));
    }
    let report = lint::lint(&catalogue, options);
    match given {
        Some(given) if report.tenant.tables == 0 => {
            Err(Failure::usage(LintDbError::TenantColumn(given.to_owned())))
        }
        _ => Ok(report),
    }
}

async fn connect(database: &PgConnectOptions) -> Result<PgConnection, LintDbError> {
    let host = || database.get_host().to_owned();
    let mut connection = tokio::time::timeout(PATIENCE, database.connect())
        .await
        .map_err(|_| LintDbError::Silent { host: host() })?
        .map_err(|source| LintDbError::Unreachable {
            host: host(),
            role: database.get_username().to_owned(),
            source,
        })?;
    connection
        .execute(SETTINGS)
        .await
        .map_err(LintDbError::Prepare)?;
    Ok(connection)
}
