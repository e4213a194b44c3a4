use kernel::Scope;
use sqlx::AssertSqlSafe;
use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::{callable, connection};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "connectors.reviewed",
    "CO-07",
    "Every connection that nobody used for a month has been raised for review, and no other tenant says that it is needed.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let mut tx = context.db.read(&Scope::Anonymous).await?;
    let (present, raised, overdue): (i64, i64, i64) =
        sqlx::query_as("select present, raised, overdue from connectors.reviewed()")
            .fetch_one(&mut *tx)
            .await?;
    drop(tx);
    if overdue > 0 {
        fail!("{overdue} connections that nobody used for a month were not raised for review");
    }
    let mut broker = context.as_broker().await?;
    if let Some(function) = callable(&mut broker, &["connectors.keep"]).await? {
        fail!("the broker's login may call {function}");
    }
    let id = connection(context).await?;
    let mut front = context.as_front().await?;
    for (session, may) in [(&context.b.hash, false), (&context.a.hash, true)] {
        begin_as(&mut front, session).await?;
        let keep = AssertSqlSafe(format!("select connectors.keep('{id}')"));
        let kept: bool = sqlx::query_scalar(keep).fetch_one(&mut front).await?;
        sqlx::query("rollback").execute(&mut front).await?;
        if kept && !may {
            fail!("another tenant said that a connection is needed");
        } else if kept != may {
            return Ok(Found::Error("its own tenant could not say it".to_owned()));
        }
    }
    Ok(Found::Pass(format!(
        "of {present} connections {raised} wait for review, and none that nobody used for a month does not; another tenant could not say that one is needed"
    )))
}
