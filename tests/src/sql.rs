//! Statements beside the server's own: what a superuser does to a database, and what is refused.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::TestApp;

use crate::eventually::eventually;

/// Runs a statement as the superuser: the tests' hand of fate. Returns how many rows it touched.
pub(crate) async fn fate(app: &TestApp, statement: &str) -> u64 {
    let options = app.database.superuser_options();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let done = connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await;
    done.unwrap().rows_affected()
}

/// The number that a query finds, as the superuser.
pub(crate) async fn number(app: &TestApp, query: &str) -> i64 {
    let options = app.database.superuser_options();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let found = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
    found.fetch_one(&mut connection).await.unwrap()
}

/// A mailed link to set the password of an account, as if its mail had gone out: the hash is `sha256('link')`.
pub(crate) async fn mail_reset(app: &TestApp, email: &str) {
    let mailed = format!(
        "with who as (select m.org_id, u.id from identity.users u join identity.memberships m on m.user_id = u.id
                       where u.email = '{email}' limit 1),
              mailed as (insert into mail.outbox (org_id, id, user_id, recipient, template, data)
                         select org_id, gen_random_uuid(), id, '{email}', 'reset_password', '{{}}' from who
                         returning org_id, id, user_id)
         insert into identity.links (org_id, kind, user_id, mail_id, token_hash, expires_at)
         select org_id, 'reset_password', user_id, id, sha256('link'), now() + interval '10 minutes' from mailed"
    );
    assert_eq!(fate(app, &mailed).await, 1, "{email} has no account");
}

/// Returns once somebody waits for a lock in the app's database.
pub(crate) async fn waits(app: &TestApp) {
    let options = app.database.superuser_options();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    eventually("somebody waits for a lock", async || {
        let waiting: bool = sqlx::query_scalar(
            "select exists (select from pg_locks l join pg_stat_activity a on a.pid = l.pid
                             where a.datname = current_database() and not l.granted)",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        waiting.then_some(())
    })
    .await;
}

/// Has the database count a password before it is looked at, for a session of that identifier: seconds to wait.
pub(crate) async fn count_try(
    connection: &mut PgConnection,
    (email, proof): (&str, &str),
    session: &str,
) -> i32 {
    let count = format!(
        "select identity.count_sign_in('{email}', sha256('{proof}'), '{session}', sha256('d'), false)"
    );
    sqlx::query_scalar(AssertSqlSafe(count))
        .fetch_one(connection)
        .await
        .unwrap()
}

/// The SQLSTATE that a statement is refused with; `done` where it is not.
pub(crate) async fn refusal(connection: &mut PgConnection, statement: &str) -> String {
    let ended = connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await;
    match ended {
        Ok(_) => "done".to_owned(),
        Err(error) => {
            let error = error.as_database_error().unwrap();
            error.code().unwrap().into_owned()
        }
    }
}
