use std::path::Path;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::account::Account;
use super::binaries::Binaries;
use super::config::ClusterConfig;
use super::files::read_small;
use super::layout::Layout;
use super::processes;
use super::start_error::StartError;
use super::{PORT, SUPERUSER};

/// What a cluster stands on: where, as whom, with which programs.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) layout: Layout,
    pub(super) account: Account,
    pub(super) binaries: Binaries,
    /// `cluster_name`: in the command line of the server and in the title of each of its processes,
    /// which every user can read, so that leftovers of a killed instance are found.
    pub(super) name: String,
}

impl Site {
    /// Settles all of it, and makes the directories. The lock is held already.
    pub(super) async fn settle(layout: Layout, config: &ClusterConfig) -> Result<Self, StartError> {
        let account = Account::choose(layout.pgdata_owner()?)?;
        layout.prepare(&account)?;
        let pgdata = layout.pgdata();
        let data = data_major(&pgdata)?.map(|major| (pgdata.as_path(), major));
        let binaries = Binaries::find(config.binaries.as_deref(), &account, data).await?;
        let name =
            processes::cluster_name(&layout.root).map_err(StartError::io("read", &layout.root))?;
        Ok(Self {
            layout,
            account,
            binaries,
            name,
        })
    }

    /// The setting that carries the name.
    pub(super) fn name_setting(&self) -> String {
        format!("cluster_name={}", self.name)
    }
}

/// How a role connects through the socket in `run`.
pub(super) fn connect_options(layout: &Layout, role: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(layout.run())
        .port(PORT)
        .username(role)
        .database(SUPERUSER)
        .ssl_mode(PgSslMode::Disable)
        // SH-03: sqlx would log the text of statements, at `warn` that of slow ones.
        .disable_statement_logging()
}

/// The major version that wrote the data, where there are data.
fn data_major(pgdata: &Path) -> Result<Option<i32>, StartError> {
    let path = pgdata.join("PG_VERSION");
    match read_small(&path) {
        Ok(text) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(|_| StartError::UnsafeDirectory {
                path,
                problem: "does not hold a version: the data directory is damaged".to_owned(),
            }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StartError::io("read", &path)(error)),
    }
}
