use sqlx::PgConnection;
use sqlx::types::Uuid;
use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.wrong_passwords",
    "ID-10",
    "The database counts wrong passwords for an address, whichever process asks and before it looks, and after ten looks at none until a growing wait is over.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// More than are looked at, of an address that nobody has. What earlier rounds tried counts as well.
const TRIES: usize = 11;
const COUNT: &str = "select identity.count_sign_in('wrong-passwords@controls.invalid', sha256('control'), $1, sha256('control'), false)";
const TRY: &str = "select from identity.sign_in('wrong-passwords@controls.invalid', sha256('control'),
    row($1, sha256('control'), 'countersign verify', 'local', sha256('control'), 60)::identity.new_session, false)";

async fn look(context: &Context) -> Look {
    // Two of the web process's connections, as two replicas would have.
    let mut connections = [context.as_front().await?, context.as_front().await?];
    // Whoever looks first, and counts never, or in a transaction that they roll back.
    if look_at(&mut connections[0], Uuid::nil()).await.is_ok() {
        fail!("a password was looked at that nobody had counted");
    }
    for n in 0..TRIES {
        let wait = wrong(&mut connections[n % 2]).await?;
        if wait > 0 {
            return Ok(Found::Pass(format!(
                "after {n} wrong passwords in this round, by two connections in turn, the next has to wait {wait} s"
            )));
        }
    }
    fail!("{TRIES} wrong passwords for one address, and each was looked at");
}

/// Seconds to wait, or 0 where the password was looked at.
async fn wrong(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let session: Uuid = sqlx::query_scalar("select gen_random_uuid()")
        .fetch_one(&mut *connection)
        .await?;
    let wait: i32 = sqlx::query_scalar(COUNT)
        .bind(session)
        .fetch_one(&mut *connection)
        .await?;
    if wait == 0 {
        look_at(connection, session).await?;
    }
    Ok(wait)
}

async fn look_at(connection: &mut PgConnection, session: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query(TRY)
        .bind(session)
        .execute(connection)
        .await
        .map(drop)
}
