use kernel::Scope;
use trust::{Control, Found};

use super::egress_self_test::withstood;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "broker.envelope",
    "VA-02",
    "The master key that wraps data keys, wherever it is kept, opens none at another organisation's place or at another row's, none that was altered, and none under another key's name; each organisation's tokens are sealed by a data key for tokens alone; and no two organisations share one.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let attacked = match withstood(context, &["VA-02"]).await? {
        Ok(told) => told,
        Err(found) => return Ok(found),
    };
    let mut tx = context.db.read(&Scope::Anonymous).await?;
    let (organisations, keys, misplaced, shared): (i64, i64, i64, i64) =
        sqlx::query_as("select organisations, keys, misplaced, shared from broker.envelopes()")
            .fetch_one(&mut *tx)
            .await?;
    if misplaced > 0 {
        fail!("{misplaced} values are sealed by a data key of another purpose");
    }
    if shared > 0 {
        fail!("{shared} data keys are those of another row as well");
    }
    Ok(Found::Pass(format!(
        "{attacked}; {keys} data keys of {organisations} organisations, no value under one of another purpose, and none shared"
    )))
}
