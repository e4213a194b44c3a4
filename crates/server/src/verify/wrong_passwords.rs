use sqlx::types::Uuid;
use sqlx::{Executor as _, PgConnection};
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

/// As many are looked at.
const LOOKED_AT: usize = 10;
const COUNT: &str =
    "select identity.count_sign_in($1, sha256('control'), $2, sha256('control'), false)";
const TRY: &str = "select from identity.sign_in($1, sha256('control'),
    row($2, sha256('control'), 'countersign verify', 'local', sha256('control'), 60)::identity.new_session, false)";

async fn look(context: &Context) -> Look {
    // Two of the web process's connections, as two replicas would have; an address that nobody has, and that no
    // earlier round has tried.
    let mut connections = [context.as_front().await?, context.as_front().await?];
    let mut random = [0_u8; 16];
    context.db.chance().fill(&mut random);
    let round = hex::encode(random);
    let address = format!("wrong-{round}@controls.invalid");
    if !is_refused(look_at(&mut connections[0], &address, Uuid::nil()).await)? {
        fail!("a password was looked at that nobody had counted");
    }
    // Counted and looked at in one transaction, which could be rolled back.
    let thief = &mut connections[0];
    thief.execute("begin").await?;
    count(thief, &address, Uuid::nil()).await?;
    let looked = look_at(thief, &address, Uuid::nil()).await;
    thief.execute("rollback").await?;
    if !is_refused(looked)? {
        fail!("a password was looked at whose count could be rolled back");
    }
    for n in 0..LOOKED_AT {
        let wait = wrong(&mut connections[n % 2], &address).await?;
        if wait > 0 {
            fail!(
                "after {n} wrong passwords the next had to wait {wait} s: {LOOKED_AT} are looked at"
            );
        }
    }
    let wait = wrong(&mut connections[0], &address).await?;
    if wait == 0 {
        fail!("{LOOKED_AT} wrong passwords for one address, and the next was looked at");
    }
    let other = wrong(
        &mut connections[1],
        &format!("other-{round}@controls.invalid"),
    )
    .await?;
    if other > 0 {
        fail!("wrong passwords for one address had another one wait {other} s");
    }
    Ok(Found::Pass(format!(
        "after {LOOKED_AT} wrong passwords, by two connections in turn, the next has to wait {wait} s; another address does not"
    )))
}

/// Seconds to wait, or 0 where the password was looked at.
async fn wrong(connection: &mut PgConnection, address: &str) -> Result<i32, sqlx::Error> {
    let session: Uuid = sqlx::query_scalar("select gen_random_uuid()")
        .fetch_one(&mut *connection)
        .await?;
    let wait = count(connection, address, session).await?;
    if wait == 0 {
        look_at(connection, address, session).await?;
    }
    Ok(wait)
}

async fn count(
    connection: &mut PgConnection,
    address: &str,
    session: Uuid,
) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar(COUNT)
        .bind(address)
        .bind(session)
        .fetch_one(connection)
        .await
}

/// Whether it was refused for want of a right; another error is the control's.
fn is_refused(looked: Result<(), sqlx::Error>) -> Result<bool, sqlx::Error> {
    let Err(error) = looked else { return Ok(false) };
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    if code.as_deref() == Some("42501") {
        Ok(true)
    } else {
        Err(error)
    }
}

async fn look_at(
    connection: &mut PgConnection,
    address: &str,
    session: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query(TRY)
        .bind(address)
        .bind(session)
        .execute(connection)
        .await
        .map(drop)
}
