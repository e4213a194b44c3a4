use crypto::token::{TokenKind, generate};
use kernel::OperatorAccessId;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use trust::{Control, Found};
use uuid::Uuid;

use super::context::begin_as;
use super::exhibit::refusal;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "access.operator",
    "AC-10",
    "An organisation cannot be opened to an operator without a reason, or for more than eight hours, nor by the web process; one that is open shows in its page's rows and its log, reads alone, and ends at once when the organisation ends it.",
);

/// For the log of the control organisation.
const REASON: &str = "countersign verify looks at what an operator can do";

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let mut verifier = PgConnection::connect_with(&context.instance.verifier).await?;
    let mut made = Vec::new();
    let found = attack(context, &mut verifier, &mut made).await;
    verifier.execute("rollback").await?;
    sqlx::query("select access.sweep_operator_controls($1)")
        .bind(&made)
        .execute(&mut verifier)
        .await?;
    found
}

async fn attack(context: &Context, verifier: &mut PgConnection, made: &mut Vec<Uuid>) -> Look {
    for (reason, seconds) in [
        ("", 600),
        ("         x", 600),
        (REASON, 8 * 3600 + 1),
        (REASON, 0),
    ] {
        if let Ok((id, _)) = open(context, verifier, reason, seconds).await {
            made.push(id.uuid());
            fail!("the reason {reason:?} opened an organisation for {seconds} seconds");
        }
    }
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let statement = format!(
        "select access.open_operator(gen_random_uuid(), ctx.org(), null, 'Thief', '{REASON}', sha256('x'), 60)"
    );
    let refused = refusal(&mut front, statement).await;
    front.execute("rollback").await?;
    if refused.as_deref() != Some("42501") {
        fail!("the web process's login opened an organisation");
    }
    let (id, token) = open(context, verifier, REASON, 600).await?;
    made.push(id.uuid());
    let asked = async |path: &str| -> Result<u16, reqwest::Error> {
        let asked = context.http.get(context.at(path)).bearer_auth(&token);
        Ok(asked.send().await?.status().as_u16())
    };
    if asked("/api/v1/people").await? != 200 {
        return Ok(Found::Error("an open access does not read".to_owned()));
    }
    let written = context
        .http
        .post(context.at("/api/v1/teams"))
        .bearer_auth(&token)
        .json(&serde_json::json!({ "name": "Operator" }));
    let written = written.send().await?.status().as_u16();
    let shown = asked("/api/v1/sessions").await?;
    if written != 403 || shown != 403 {
        fail!("an operator's POST is answered {written}, and what is a person's own {shown}");
    }
    begin_as(&mut front, &context.a.hash).await?;
    let seen: bool = sqlx::query_scalar(
        "select exists (select from access.operator_access where id = $1 and reason = $3 and ended_at is null)
            and exists (select from audit.entries
                         where action = 'access.operator_opened' and subject = $2 and details ->> 'reason' = $3)",
    )
    .bind(id.uuid())
    .bind(id.to_string())
    .bind(REASON)
    .fetch_one(&mut front)
    .await?;
    if !seen {
        fail!("the organisation does not see who looked into it, or not why");
    }
    sqlx::query("select access.end_operator($1)")
        .bind(id.uuid())
        .execute(&mut front)
        .await?;
    front.execute("commit").await?;
    let after = asked("/api/v1/people").await?;
    if after != 401 {
        fail!("an access that the organisation ended is answered {after}");
    }
    Ok(Found::Pass(
        "without a reason, for no time and for more than eight hours nothing was opened, and not by the web process's login; an open access read lists, wrote nothing, showed nothing of a person's own, stood in the organisation's rows and log with its reason, and was refused as soon as the organisation ended it".to_owned(),
    ))
}

/// Opens the attacker's organisation, and returns the token.
async fn open(
    context: &Context,
    verifier: &mut PgConnection,
    reason: &str,
    seconds: i32,
) -> Result<(OperatorAccessId, String), sqlx::Error> {
    let id = OperatorAccessId::new(context.now(), context.db.chance());
    let token = generate(TokenKind::Operator, context.db.chance());
    let hash = crypto::digest::sha256(token.expose().as_bytes());
    let verdict: String = sqlx::query_scalar(
        "select verdict from access.open_operator($1, $2, null, 'countersign verify', $3, $4, $5)",
    )
    .bind(id.uuid())
    .bind(context.a.organisation.uuid())
    .bind(reason)
    .bind(hash.as_slice())
    .bind(seconds)
    .fetch_one(&mut *verifier)
    .await?;
    if verdict == "open" {
        Ok((id, token.expose().clone()))
    } else {
        Err(sqlx::Error::RowNotFound)
    }
}
