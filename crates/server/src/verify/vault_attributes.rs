use kernel::Scope;
use trust::{Control, Found};

use super::egress_self_test::withstood;
use super::exhibit::callable;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "broker.attributes",
    "VA-04",
    "An encrypted value is sealed anew each time, unlike before; what it is found by is the same for the same value of an organisation, and for no other organisation's; it is made by the key that sealed the value; and the web process's login may read none of it.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let attacked = match withstood(context, &["VA-04"]).await? {
        Ok(told) => told,
        Err(found) => return Ok(found),
    };
    let mut tx = context.db.read(&Scope::Anonymous).await?;
    let (payloads, shared, stale): (i64, i64, i64) =
        sqlx::query_as("select payloads, shared, stale from approvals.blind_indexes()")
            .fetch_one(&mut *tx)
            .await?;
    if shared > 0 {
        fail!("{shared} indexes are those of two organisations");
    }
    if stale > 0 {
        fail!("{stale} indexes were made by another key than sealed their value");
    }
    let mut front = context.as_front().await?;
    let may: bool = sqlx::query_scalar(
        "select has_any_column_privilege('approvals.blind_indexes', 'select, insert, update')
             or has_table_privilege('approvals.blind_indexes', 'delete')",
    )
    .fetch_one(&mut front)
    .await?;
    if may {
        fail!("the web process's login reaches the indexes");
    }
    if let Some(function) = callable(&mut front, &["approvals.indexed", "broker.reindex"]).await? {
        fail!("the web process's login may call {function}");
    }
    Ok(Found::Pass(format!(
        "{attacked}; {payloads} payloads are indexed, none like another organisation's, each by the key that sealed it"
    )))
}
