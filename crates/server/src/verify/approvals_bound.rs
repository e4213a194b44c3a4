use sqlx::Executor as _;
use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::{HASH, exhibit, refusal};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "approvals.bound",
    "AG-02",
    "The database refuses a decision about another hash, a changed payload, target or expiry, and execution without an approval.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let id = exhibit(context).await?.uuid();
    let hash = hex::encode(HASH);
    let other = hex::encode([8; 32]);
    let decide = |shown: &str| {
        format!(
            "insert into approvals.decisions (org_id, proposal_id, user_id, session_id, verdict, payload_hash, address, client)
             values (ctx.org(), '{id}', ctx.person(), ctx.principal(), 'approve', '\\x{shown}', 'local', 'verify')"
        )
    };
    let set = |what: &str| format!("update approvals.proposals set {what} where id = '{id}'");
    // What is tried, whether the front's login tries it or the broker's, the statement, and the
    // SQLSTATE that refuses it: none where row level security leaves no row to change.
    let attacks: [(&str, bool, String, &str); 6] = [
        ("approve what was not shown", true, decide(&other), "CS005"),
        (
            "approved without a decision",
            true,
            set("state = 'approved'"),
            "CS003",
        ),
        (
            "executed without an approval",
            false,
            set("state = 'executing'"),
            "",
        ),
        (
            "another payload hash",
            false,
            set(&format!("payload_hash = '\\x{other}'")),
            "42501",
        ),
        (
            "another connection",
            false,
            set("connection_id = gen_random_uuid()"),
            "42501",
        ),
        (
            "a later expiry",
            false,
            set("expires_at = now() + interval '1 year'"),
            "42501",
        ),
    ];
    for (name, as_front, statement, code) in &attacks {
        let mut connection = if *as_front {
            context.as_front().await?
        } else {
            context.as_broker().await?
        };
        begin_as(&mut connection, &context.a.hash).await?;
        if code.is_empty() {
            let changed = connection
                .execute(sqlx::AssertSqlSafe(statement.clone()))
                .await?;
            if changed.rows_affected() > 0 {
                fail!("{name}: the database did it");
            }
        } else {
            let got = refusal(&mut connection, statement.clone()).await;
            if got.as_deref() != Some(*code) {
                fail!("{name}: expected {code}, got {got:?}");
            }
        }
        connection.execute("rollback").await?;
    }
    // The front moves an approved proposal on by itself, all within one transaction.
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    front.execute(sqlx::AssertSqlSafe(decide(&hash))).await?;
    front
        .execute(sqlx::AssertSqlSafe(set("state = 'approved'")))
        .await?;
    let got = refusal(&mut front, set("state = 'executing'")).await;
    front.execute("rollback").await?;
    if got.as_deref() != Some("CS003") {
        fail!("the web process executed an approved proposal itself: {got:?}");
    }
    Ok(Found::Pass(
        "refused by the database: a decision about another hash, approval without a decision, execution without approval, another hash, target or expiry, and execution by the web process".to_owned(),
    ))
}
