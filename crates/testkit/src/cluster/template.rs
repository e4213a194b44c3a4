use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::TestCluster;
use super::database::{drop_database, quoted};

/// Any number of our own: one process builds a template at a time.
const BUILDING: i64 = 0x7465_7374_7470_6c74;

/// Why there is no template.
#[derive(Debug)]
pub enum TemplateError<E> {
    /// The database refused.
    Database(sqlx::Error),
    /// The build failed.
    Build(E),
}

impl<E> From<sqlx::Error> for TemplateError<E> {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl<E: std::fmt::Display> std::fmt::Display for TemplateError<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(_) => f.write_str("the template database could not be made"),
            Self::Build(error) => write!(f, "the template's content could not be built: {error}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for TemplateError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database(error) => Some(error),
            Self::Build(error) => Some(error),
        }
    }
}

impl TestCluster {
    /// The name of the template `family` with the content `hash`, which `build` makes as the
    /// superuser of an empty database, once for all processes and runs. Templates of the family
    /// with another hash are dropped.
    ///
    /// `family` and `hash` are letters, digits and underscores; of the hash, 16 characters count.
    pub async fn template<E>(
        &self,
        family: &str,
        hash: &str,
        build: impl AsyncFnOnce(PgConnectOptions) -> Result<(), E>,
    ) -> Result<String, TemplateError<E>> {
        let hash: String = hash.chars().take(16).collect();
        let name = format!("template_{family}_{hash}");
        let mut connection = self.superuser_options("postgres").connect().await?;
        if !exists(&mut connection, &name).await? {
            lock(&mut connection).await?;
            // Another process may have built it while this one waited.
            if !exists(&mut connection, &name).await? {
                self.build(&mut connection, &name, build).await?;
                drop_older(&mut connection, family, &name).await?;
            }
        }
        // The session's end gives the lock back.
        connection.close().await?;
        Ok(name)
    }

    /// Under another name until it is whole.
    async fn build<E>(
        &self,
        connection: &mut PgConnection,
        name: &str,
        build: impl AsyncFnOnce(PgConnectOptions) -> Result<(), E>,
    ) -> Result<(), TemplateError<E>> {
        let unfinished = format!("unfinished_{name}");
        drop_database(connection, &unfinished).await?;
        run(
            connection,
            format!("create database {} template template0", quoted(&unfinished)),
        )
        .await?;
        build(self.superuser_options(&unfinished))
            .await
            .map_err(TemplateError::Build)?;
        // Connections that the build left open would keep it from being renamed and cloned.
        sqlx::query(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1",
        )
        .bind(&unfinished)
        .execute(&mut *connection)
        .await?;
        let closed = format!(
            "alter database {} with allow_connections false is_template true",
            quoted(&unfinished)
        );
        run(connection, closed).await?;
        let rename = format!(
            "alter database {} rename to {}",
            quoted(&unfinished),
            quoted(name)
        );
        Ok(run(connection, rename).await?)
    }
}

async fn exists(connection: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(connection)
        .await
}

async fn lock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_lock($1)")
        .bind(BUILDING)
        .execute(connection)
        .await
        .map(|_| ())
}

/// One that is being cloned right now stays until the next build.
async fn drop_older(
    connection: &mut PgConnection,
    family: &str,
    current: &str,
) -> Result<(), sqlx::Error> {
    let names: Vec<String> = sqlx::query_scalar(
        "select datname::text from pg_database where starts_with(datname, $1) and datname <> $2",
    )
    .bind(format!("template_{family}_"))
    .bind(current)
    .fetch_all(&mut *connection)
    .await?;
    for name in names {
        run(
            connection,
            format!("alter database {} with is_template false", quoted(&name)),
        )
        .await?;
        let _ = run(
            connection,
            format!("drop database if exists {}", quoted(&name)),
        )
        .await;
    }
    Ok(())
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(|_| ())
}
