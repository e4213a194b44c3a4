use sqlx::PgConnection;
use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.wrong_passwords",
    "ID-10",
    "The database counts wrong passwords for an address, whichever process asks, and after ten looks at none until a growing wait is over.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// More than are looked at, of an address that nobody has. What earlier rounds tried counts as well.
const TRIES: usize = 11;
const TRY: &str = "select wait_seconds
    from identity.sign_in('wrong-passwords@controls.invalid', sha256('control'),
                          row(gen_random_uuid(), sha256('control'), 'countersign verify', 'local', sha256('control'),
                              60)::identity.new_session, false)";

async fn look(context: &Context) -> Look {
    // Two of the web process's connections, as two replicas would have.
    let mut connections = [context.as_front().await?, context.as_front().await?];
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
    let answered: Option<i32> = sqlx::query_scalar(TRY).fetch_optional(connection).await?;
    Ok(answered.unwrap_or(0))
}
