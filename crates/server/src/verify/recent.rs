use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::refusal;
use super::{Context, Look, control, fail, looked};
use sqlx::Executor as _;

pub(super) const CONTROL: Control = control(
    "identity.recent_proof",
    "ID-05",
    "The database refuses to change ways in and the rule about them, and to make an API key, for a session that has not proven lately who it is.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

const BY_FRONT: [&str; 9] = [
    "identity.remove_authenticator()",
    "identity.replace_recovery_codes(array[]::bytea[])",
    "identity.require_second_factor(false)",
    "identity.rename_passkey(gen_random_uuid(), 'control')",
    "identity.remove_passkey(gen_random_uuid())",
    "identity.ask_email_change(gen_random_uuid(), 'control@controls.invalid')",
    "identity.leave_organisation()",
    "identity.export_account()",
    "identity.delete_account('control-a@controls.invalid')",
];
const BY_BROKER: [&str; 3] = [
    "identity.begin_authenticator('control', 'control')",
    "identity.begin_passkey('add', sha256('control'))",
    "identity.add_passkey(gen_random_uuid(), 'control', '', 'control', '{}', 0, false, false)",
];
const ADD_KEY: &str = "insert into access.api_keys (id, org_id, user_id, name, face, token_hash, scopes, expires_at)
    values (gen_random_uuid(), ctx.org(), ctx.person(), 'x', 'x', sha256('x'), '{insight.read}', now() + interval '1 minute')";

async fn look(context: &Context) -> Look {
    let stale = trust::stale_control_session(&context.db).await?;
    let found = attack(context, &stale).await;
    trust::sweep_controls(&context.db, &[stale.session], &[]).await?;
    found
}

async fn attack(context: &Context, stale: &trust::ControlSession) -> Look {
    let (mut front, mut broker) = (context.as_front().await?, context.as_broker().await?);
    for (connection, calls) in [(&mut front, &BY_FRONT[..]), (&mut broker, &BY_BROKER[..])] {
        for call in calls {
            begin_as(connection, &stale.hash).await?;
            let got = refusal(connection, format!("select {call}")).await;
            connection.execute("rollback").await?;
            if got.as_deref() != Some("CS008") {
                fail!("{call} ran without a recent proof: {got:?}");
            }
        }
    }
    begin_as(&mut front, &stale.hash).await?;
    let got = refusal(&mut front, ADD_KEY.to_owned()).await;
    if got.as_deref() != Some("42501") {
        fail!("an API key was made without a recent proof: {got:?}");
    }
    Ok(Found::Pass(format!(
        "{} functions, and the policy for new API keys, refused a session whose last proof is an hour old",
        BY_FRONT.len() + BY_BROKER.len()
    )))
}
