//! ID-01, ID-12, ID-13: what goes out by mail, and what its links open.

pub(crate) mod browser;
mod invitations;
mod members;
mod password;
mod server;
mod smtp;
mod stolen;
mod verification;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::TestApp;

/// Runs a statement as the superuser: the tests' hand of fate. Returns how many rows it touched.
async fn fate(app: &TestApp, statement: &str) -> u64 {
    let options = app.database.superuser_options();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let done = connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await;
    done.unwrap().rows_affected()
}
