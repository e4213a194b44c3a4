use broker::protocol::Call;
use broker::socket::CallError;
use kernel::Scope;
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, ControlPerson, Found};

use super::context::begin_as;
use super::exhibit::refusal;
use super::row_level_security::{OPEN, readable, rows};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.second_factor",
    "ID-02",
    "A session that owes its second factor sees no row by SQL and is refused by the broker, and the web process's login cannot say that one was given; where there is one, the password is no proof of who it is.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let half = trust::half_control_session(&context.db).await?;
    let found = attack(context, &half).await;
    trust::sweep_controls(&context.db, &[half.session], &[]).await?;
    let seen = match found? {
        Found::Pass(seen) => seen,
        other => return Ok(other),
    };
    let person = trust::make_control_person(&context.db).await?;
    let proved = proved_by_password(context, &person).await;
    trust::forget_control_person(&context.db, &person).await?;
    match proved? {
        Some(wrong) => Ok(Found::Fail(wrong)),
        None => Ok(Found::Pass(format!(
            "{seen}; a password was neither counted nor looked at as a proof of somebody who has a passkey"
        ))),
    }
}

/// How the password proved who somebody with a second factor is, if it did: whoever has a session and the password
/// could take the factor away.
async fn proved_by_password(
    context: &Context,
    person: &ControlPerson,
) -> Result<Option<String>, sqlx::Error> {
    let mut front = context.as_front().await?;
    let count = "select identity.count_password(sha256('x'), false)";
    for (who, statement, expected) in [
        (&context.a.hash, count, None),
        (&person.hash, count, Some("CS010")),
        (
            &person.hash,
            "select identity.prove_password(sha256('x'))",
            Some("CS010"),
        ),
    ] {
        begin_as(&mut front, who).await?;
        let got = refusal(&mut front, statement.to_owned()).await;
        front.execute("rollback").await?;
        if got.as_deref() != expected {
            return Ok(Some(format!(
                "{statement} came to {got:?}, and should to {expected:?}"
            )));
        }
    }
    Ok(None)
}

async fn attack(context: &Context, half: &trust::ControlSession) -> Look {
    let mut front = context.as_front().await?;
    let hash = half.hash.to_hex();
    let whole = format!("begin; select ctx.bind_session('\\x{hash}')");
    let got = refusal(&mut front, whole).await;
    if got.as_deref() != Some("CS007") {
        fail!("a session that owes a second factor was bound as a whole one: {got:?}");
    }
    let bind = format!("rollback; begin; select ctx.bind_half_session('\\x{hash}')");
    front.execute(AssertSqlSafe(bind.clone())).await?;
    let tables = readable(&mut front).await?;
    let closed = tables
        .iter()
        .filter(|table| !OPEN.contains(&table.name.as_str()));
    let mut looked_at = 0;
    for table in closed {
        if rows(&mut front, &table.name, "true").await? > 0 {
            fail!("{} shows rows before the second factor", table.name);
        }
        looked_at += 1;
    }
    for claim in [
        "select identity.authenticator_tried(9223372036854775807)",
        "select identity.tried(true, 'code')",
        "update identity.sessions set second_factor_at = now()",
    ] {
        let got = refusal(&mut front, format!("{bind}; {claim}")).await;
        if got.as_deref() != Some("42501") {
            fail!("the web process's login could run: {claim} ({got:?})");
        }
    }
    front.execute("rollback").await?;
    let asked = Call::Show {
        proposal: uuid::Uuid::nil().into(),
    };
    match context.broker.call(&Scope::Session(half.hash), asked).await {
        Err(CallError::Failed(failure)) if failure.code == "identity.second_factor_due" => {}
        other => fail!("the broker answered a session that owes a second factor: {other:?}"),
    }
    Ok(Found::Pass(format!(
        "{looked_at} tables show 0 rows before the second factor; 3 ways to claim one by SQL refused; the broker refused the session"
    )))
}
