use std::fmt::Write as _;

use clap::Args;
use kernel::SystemRng;
use serde_json::json;
use sqlx::Connection as _;

use super::{load, print, runtime};
use crate::config::{Config, ConfigFlags};
use crate::data_dir::{DataDir, Login, LostSecret, ServerSecret, Users};
use crate::database::{bring_up_to_date, prepare_remote, start_embedded};
use crate::exit::Failure;

/// Bring the database's schema up to date
///
/// `countersign up` does this by itself. Use this command to do it beforehand, or with
/// --print-roles to prepare a PostgreSQL server of yours.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign migrate
  countersign migrate --print-roles | psql postgres://admin@db.internal/postgres

Exit codes: 0 the schema is up to date, 2 wrong configuration, 3 the database could not be reached.")]
pub(super) struct MigrateArgs {
    /// Print what an administrator of your PostgreSQL server runs once, and touch no database. The
    /// passwords in it are made from server.secret in the data directory, which is made where there
    /// is none yet, and are in the form in which PostgreSQL keeps them
    #[arg(long)]
    print_roles: bool,
    /// Print JSON: {"schema":…,"ran":[…]}
    #[arg(long, conflicts_with = "print_roles")]
    json: bool,
    #[command(flatten)]
    flags: ConfigFlags,
}

pub(super) fn run(args: &MigrateArgs) -> Result<(), Failure> {
    let config = load(&args.flags)?;
    crate::logs::start_for_command();
    let data_dir = DataDir::new(&config.data_dir);
    // Changes nothing, and so may be asked while a server runs.
    if args.print_roles && data_dir.secret_file().exists() {
        let secret = ServerSecret::load(&data_dir).map_err(Failure::usage)?;
        return print(&roles(&secret));
    }
    let users = Users::choose(&config.data_dir, config.run_as);
    let _lock = data_dir.prepare(users.as_ref()).map_err(Failure::usage)?;
    let secret = ServerSecret::load_or_make(&data_dir, LostSecret::Refuse, &SystemRng)
        .map_err(Failure::usage)?;
    if args.print_roles {
        return print(&roles(&secret));
    }
    let ran = runtime()?.block_on(migrate(&config, &data_dir, &secret))?;
    let schema = db::migrate::MIGRATIONS.len();
    print(&if args.json {
        format!("{}\n", json!({ "schema": schema, "ran": ran }))
    } else if ran.is_empty() {
        format!("the schema is up to date (version {schema})\n")
    } else {
        format!(
            "ran {}\nthe schema is up to date (version {schema})\n",
            ran.join(", ")
        )
    })
}

async fn migrate(
    config: &Config,
    data_dir: &DataDir,
    secret: &ServerSecret,
) -> Result<Vec<&'static str>, Failure> {
    let Some(url) = &config.database_url else {
        let started = start_embedded(data_dir, secret)
            .await
            .map_err(Failure::cannot_run)?;
        started.cluster.stop().await.map_err(Failure::cannot_run)?;
        return Ok(started.ran);
    };
    let mut remote = prepare_remote(url).await.map_err(Failure::cannot_run)?;
    let ran = bring_up_to_date(&mut remote.connection)
        .await
        .map_err(Failure::cannot_run)?;
    remote
        .connection
        .close()
        .await
        .map_err(Failure::cannot_run)?;
    Ok(ran)
}

/// The roles, their passwords, and the database.
fn roles(secret: &ServerSecret) -> String {
    let mut text = db::migrate::ROLES_SQL.to_owned();
    text.push_str(
        "\n-- The passwords of this server's processes, as PostgreSQL keeps them (RFC 5803).\n",
    );
    for login in Login::ALL {
        let verifier = secret.scram_verifier(login);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "alter role {} password '{verifier}';", login.role());
    }
    text.push_str(
        "\n-- Choose a password for the migrator, and write it into database_url:\n\
         -- \\password countersign_migrator\n\
         \n-- The database. \\connect is psql's.\n\
         create database countersign;\n\
         \\connect countersign\n",
    );
    text + db::migrate::DATABASE_SQL
}
