use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::{TestCluster, block_on, sweep};

/// SQLSTATE 55006, `object_in_use`: somebody is still connected to the template.
const OBJECT_IN_USE: &str = "55006";
const PATIENCE: Duration = Duration::from_secs(20);

/// A database of one test. Dropped with the value; if the test's process dies, by a later run.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    cluster: &'static TestCluster,
}

impl TestCluster {
    /// A new database, cloned from `template`.
    pub async fn fresh_database(
        &'static self,
        template: &str,
    ) -> Result<TestDatabase, sqlx::Error> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mut connection = self.superuser_options("postgres").connect().await?;
        sweep::once(&mut connection).await?;
        let name = sweep::own_name(NEXT.fetch_add(1, Ordering::Relaxed));
        clone(&mut connection, &name, template).await?;
        connection.close().await?;
        Ok(TestDatabase {
            name,
            cluster: self,
        })
    }
}

impl TestDatabase {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the superuser connects to it.
    pub fn superuser_options(&self) -> PgConnectOptions {
        self.cluster.superuser_options(&self.name)
    }

    /// How `role` connects to it; its password is to be added.
    pub fn options_for(&self, role: &str) -> PgConnectOptions {
        self.cluster.options_for(role, &self.name)
    }

    /// The superuser's URL.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let dropped = block_on::run(async {
            let mut connection = self.cluster.superuser_options("postgres").connect().await?;
            drop_database(&mut connection, &self.name).await
        });
        if dropped.is_err() {
            // A later run drops it, by the process number in its name.
        }
    }
}

/// Copies the files: faster than writing all pages to the log, for databases of this size.
async fn clone(
    connection: &mut PgConnection,
    name: &str,
    template: &str,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "create database {} template {} strategy file_copy",
        quoted(name),
        quoted(template)
    );
    let since = Instant::now();
    loop {
        match sqlx::raw_sql(AssertSqlSafe(sql.clone()))
            .execute(&mut *connection)
            .await
        {
            Err(error) if is_in_use(&error) && since.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            other => return other.map(|_| ()),
        }
    }
}

/// Drops a database with whoever is connected to it.
pub(super) async fn drop_database(
    connection: &mut PgConnection,
    name: &str,
) -> Result<(), sqlx::Error> {
    let sql = format!("drop database if exists {} with (force)", quoted(name));
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(|_| ())
}

fn is_in_use(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(DatabaseError::code)
        .as_deref()
        == Some(OBJECT_IN_USE)
}

/// An identifier: database names cannot be parameters.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
