use broker::protocol::Call;
use broker::socket::CallError;
use kernel::Scope;
use sqlx::postgres::PgConnection;
use trust::{Control, ControlSession, Found};

use super::context::begin_as;
use super::exhibit::exhibit;
use super::row_level_security::{OPEN, readable, rows};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "access.reviewer",
    "AC-04",
    "A reviewer's direct connection shows proposals, decisions, whom they meet there and what is the reviewer's own, and nothing else; the broker refuses a reviewer whatever is not a proposal.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    exhibit(context).await?;
    let (member, reviewer) = trust::colleague_control_sessions(&context.db).await?;
    let found = attack(context, &member, &reviewer).await;
    let sessions = [member.session, reviewer.session];
    trust::sweep_controls(&context.db, &sessions, &[]).await?;
    found
}

/// What a reviewer is for, and of the organisation what every page says.
const FOR_REVIEWERS: [&str; 5] = [
    "approvals.decisions",
    "approvals.proposals",
    "identity.memberships",
    "identity.organisations",
    "identity.users",
];

async fn attack(context: &Context, member: &ControlSession, reviewer: &ControlSession) -> Look {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &reviewer.hash).await?;
    let proposals = rows(&mut front, "approvals.proposals", "true").await?;
    if proposals == 0 {
        fail!("a reviewer sees no proposal");
    }
    let mut closed = 0;
    for table in readable(&mut front).await? {
        let name = table.name.as_str();
        if OPEN.contains(&name) || FOR_REVIEWERS.contains(&name) {
            continue;
        }
        if others(&mut front, name, reviewer).await? > 0 {
            fail!("a reviewer sees rows of {name}");
        }
        closed += 1;
    }
    // Somebody who neither asked for anything nor decided.
    let stranger = format!("user_id = '{}'", member.user.uuid());
    if rows(&mut front, "identity.memberships", &stranger).await? > 0 {
        fail!("a reviewer sees a colleague who has no part in any proposal");
    }
    let asked = Call::Disconnect {
        connection: uuid::Uuid::nil().into(),
    };
    match context
        .broker
        .call(&Scope::Session(reviewer.hash), asked)
        .await
    {
        Err(CallError::Failed(failure)) if failure.code == "broker.forbidden" => {}
        other => fail!("the broker did not refuse to disconnect an app for a reviewer: {other:?}"),
    }
    Ok(Found::Pass(format!(
        "a reviewer sees {proposals} proposals and no row of anybody else's in {closed} other tables; a colleague without part in them is not seen; the broker refused to disconnect an app"
    )))
}

/// Rows that are not the reviewer's own.
async fn others(
    front: &mut PgConnection,
    table: &str,
    reviewer: &ControlSession,
) -> Result<i64, sqlx::Error> {
    let named: bool = sqlx::query_scalar(
        "select exists (select from pg_attribute a where a.attrelid = $1::regclass and a.attname = 'user_id'
                           and has_column_privilege($1::regclass, a.attnum, 'select'))",
    )
    .bind(table)
    .fetch_one(&mut *front)
    .await?;
    let condition = if named {
        format!("user_id is distinct from '{}'", reviewer.user.uuid())
    } else {
        "true".to_owned()
    };
    rows(front, table, &condition).await
}
