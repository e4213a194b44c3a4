//! Statements of somebody, in a transaction that is rolled back.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use super::actor::Actor;

/// What a statement came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended<T> {
    Done(T),
    /// Refused, with the SQLSTATE.
    Refused(String),
}

/// The keys that a query of one text column gives, in order, to whoever is bound.
pub(super) async fn keys(
    login: &mut PgConnection,
    actor: &Actor,
    query: &str,
) -> Ended<Vec<String>> {
    begin(login, actor).await;
    let rows = sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
        .fetch_all(&mut *login)
        .await;
    login.execute("rollback").await.unwrap();
    ended(rows)
}

/// How many rows a statement touches.
pub(super) async fn touched(
    login: &mut PgConnection,
    actor: &Actor,
    statement: &str,
) -> Ended<u64> {
    begin(login, actor).await;
    let done = login.execute(AssertSqlSafe(statement.to_owned())).await;
    login.execute("rollback").await.unwrap();
    ended(done.map(|done| done.rows_affected()))
}

async fn begin(login: &mut PgConnection, actor: &Actor) {
    let statement = format!("begin; {}", actor.bind);
    // Whoever cannot be bound any more sees nothing, which is a difference by itself.
    let _ = login.execute(AssertSqlSafe(statement)).await;
}

fn ended<T>(result: Result<T, sqlx::Error>) -> Ended<T> {
    match result {
        Ok(value) => Ended::Done(value),
        Err(error) => {
            let error = error.as_database_error().unwrap();
            Ended::Refused(error.code().unwrap().into_owned())
        }
    }
}
