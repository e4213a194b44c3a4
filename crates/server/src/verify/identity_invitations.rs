use crypto::token::TokenKind;
use kernel::TokenHash;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};

use super::context::begin_as;
use super::visitor::{Failed, link};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.invitations",
    "ID-13",
    "An invitation is for its address alone, once, and until its end: whoever else has the link joins nothing by it, nor does its own person a second time or too late.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// As the login of the web process, in transactions that are rolled back. B's owner is who is invited.
async fn look(context: &Context) -> Look {
    let mut front = context.as_front().await?;
    let foreign = invited(context, "invited", 60).await?;
    let expired = invited(context, "b", -1).await?;
    let too_late = joined(&mut front, &context.b.hash, &[&expired]).await?;
    // It takes the place of the one before it, and is the first that b's owner could join by.
    let good = invited(context, "b", 60).await?;
    let by_another = joined(&mut front, &context.b.hash, &[&foreign]).await?;
    let by_owner = joined(&mut front, &context.a.hash, &[&good]).await?;
    let once_and_again = joined(&mut front, &context.b.hash, &[&good, &good]).await?;
    if by_another + by_owner > 0 {
        fail!("somebody else than was invited joined by the invitation's link");
    }
    if too_late > 0 {
        fail!("an invitation brought its person in after its end");
    }
    match once_and_again {
        1 => {}
        0 => {
            return Ok(Found::Error(
                "an invitation did not bring its own person in".to_owned(),
            ));
        }
        more => fail!("an invitation brought its person in {more} times"),
    }
    Ok(Found::Pass(
        "its own person joined once, and not again; two others with links that were not theirs, and one with a link after its end, did not".to_owned(),
    ))
}

async fn invited(context: &Context, whom: &str, seconds: i32) -> Result<String, Failed> {
    let token = link(
        context,
        ("invitation", whom),
        TokenKind::Invitation,
        seconds,
    )
    .await?;
    Ok(hex::encode(crypto::digest::sha256(token.as_bytes())))
}

/// How many memberships a session got by these links, one after the other.
async fn joined(
    front: &mut PgConnection,
    session: &TokenHash,
    links: &[&String],
) -> Result<u64, Failed> {
    begin_as(front, session).await?;
    let mut joined = 0;
    for hash in links {
        let statement = format!(
            "select * from identity.accept_invitation('\\x{hash}', row(gen_random_uuid(),
                 sha256(gen_random_uuid()::text::bytea), 'countersign verify', 'local', sha256('control'), 60)::identity.new_session)"
        );
        joined += front
            .execute(AssertSqlSafe(statement))
            .await?
            .rows_affected();
    }
    front.execute("rollback").await?;
    Ok(joined)
}
