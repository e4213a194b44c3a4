use crypto::token::{self, TokenKind};
use serde_json::json;
use sqlx::Executor as _;
use trust::{Control, Found};

use super::context::begin_as;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.links",
    "ID-01",
    "Of two uses of a reset link at once one sets the password; an expired link sets none, and an invitation is for its address alone.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    // Nobody's other sessions end with this one's password.
    let half = trust::half_control_session(&context.db).await?;
    let found = attack(context).await;
    trust::sweep_controls(&context.db, &[half.session], &[]).await?;
    found
}

async fn attack(context: &Context) -> Look {
    let good = link(context, "reset_password", TokenKind::ResetPassword, 60).await?;
    let (one, other) = tokio::join!(reset(context, &good), reset(context, &good));
    match (one?, other?) {
        (204, 410) | (410, 204) => {}
        both => fail!("two uses of one reset link at once got {both:?}"),
    }
    let again = reset(context, &good).await?;
    if again != 410 {
        fail!("a reset link that was used got {again}");
    }
    let expired = link(context, "reset_password", TokenKind::ResetPassword, -1).await?;
    let got = reset(context, &expired).await?;
    if got != 410 {
        fail!("an expired reset link got {got}");
    }
    let invited = link(context, "invitation", TokenKind::Invitation, 60).await?;
    let joined = accept(context, &invited).await?;
    if joined > 0 {
        fail!("somebody else than was invited joined by the invitation's link");
    }
    Ok(Found::Pass(
        "one of two uses at once set the password, a third and an expired link got 410, and nobody but the invited address joins by an invitation"
            .to_owned(),
    ))
}

/// A mailed link of the control organisations, as if its mail had gone out; how long it works.
async fn link(
    context: &Context,
    kind: &str,
    token_kind: TokenKind,
    seconds: i32,
) -> Result<String, Failed> {
    let token = token::generate(token_kind, context.db.chance());
    let hash = crypto::digest::sha256(token.expose().as_bytes());
    trust::add_control_link(&context.db, kind, &hash, seconds).await?;
    Ok(token.expose().clone())
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

async fn reset(context: &Context, token: &str) -> Result<u16, Failed> {
    let mut random = [0_u8; 16];
    context.db.chance().fill(&mut random);
    let body = json!({ "token": token, "password": hex::encode(random) });
    let asked = context.http.post(context.at("/api/v1/password-resets/use"));
    Ok(asked.json(&body).send().await?.status().as_u16())
}

/// How many memberships the attacked one's session gets by somebody else's invitation.
async fn accept(context: &Context, token: &str) -> Result<u64, Failed> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.b.hash).await?;
    let hash = hex::encode(crypto::digest::sha256(token.as_bytes()));
    let statement = format!(
        "select * from identity.accept_invitation('\\x{hash}', row(gen_random_uuid(), sha256(gen_random_uuid()::text::bytea),
             'countersign verify', 'local', sha256('control'), 60)::identity.new_session)"
    );
    let joined = front
        .execute(sqlx::AssertSqlSafe(statement))
        .await?
        .rows_affected();
    front.execute("rollback").await?;
    Ok(joined)
}
