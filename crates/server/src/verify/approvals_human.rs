use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};

use super::exhibit::{HASH, exhibit, refusal};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "approvals.human",
    "AG-01",
    "An API key, with every scope that a key may have, cannot decide about a write, by the API or by SQL.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let id = exhibit(context).await?;
    let body =
        serde_json::json!({ "verdict": "approve", "note": "", "payload_hash": hex::encode(HASH) });
    let answer = context
        .http
        .post(context.at(&format!("/api/v1/approvals/{id}/decision")))
        .bearer_auth(context.key_a.expose())
        .json(&body)
        .send()
        .await?;
    let status = answer.status().as_u16();
    if !matches!(status, 401 | 403) {
        fail!("an API key's approval was answered with {status}");
    }
    let mut front = context.as_front().await?;
    let hash = crypto::digest::sha256(context.key_a.expose().as_bytes());
    let bind = format!("begin; select ctx.bind_api_key('\\x{}')", hex::encode(hash));
    front.execute(AssertSqlSafe(bind)).await?;
    let decide = format!(
        "insert into approvals.decisions (org_id, proposal_id, user_id, session_id, verdict, payload_hash, address, client)
         values (ctx.org(), '{}', ctx.person(), ctx.principal(), 'approve', '\\x{}', 'local', 'verify')",
        id.uuid(),
        hex::encode(HASH)
    );
    let got = refusal(&mut front, decide).await;
    front.execute("rollback").await?;
    if got.as_deref() != Some("42501") {
        fail!("an API key's decision by SQL: {got:?}");
    }
    Ok(Found::Pass(format!(
        "an API key with every scope a key may have got {status} by the API, and was refused by the policy on a direct connection"
    )))
}
