use kernel::TeamId;
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
    let round = TeamId::new(context.now(), context.db.chance())
        .uuid()
        .simple();
    let address = format!("wrong-{round}@controls.invalid");
    // Whoever looks first, and counts never, or in a transaction that they roll back.
    if look_at(&mut connections[0], &address, Uuid::nil())
        .await
        .is_ok()
    {
        fail!("a password was looked at that nobody had counted");
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
    let wait: i32 = sqlx::query_scalar(COUNT)
        .bind(address)
        .bind(session)
        .fetch_one(&mut *connection)
        .await?;
    if wait == 0 {
        look_at(connection, address, session).await?;
    }
    Ok(wait)
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
