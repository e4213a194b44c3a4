use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::refusal;
use super::{Context, Look, control, fail, looked};
use sqlx::Executor as _;

pub(super) const CONTROL: Control = control(
    "identity.recent_proof",
    "ID-05",
    "The database refuses whatever asks for a recent proof of who it is to a session that has not given one lately: each such function is tried, and so is the policy for new API keys.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// Every function that asks for it, by itself or by what it calls, with the login that may call it.
const ASKING: &str = "
    with recursive asking (id) as (
        select 'ctx.require_recent()'::regprocedure::oid
        union
        select p.oid from asking join pg_proc f on f.oid = asking.id join pg_namespace n on n.oid = f.pronamespace
          join pg_proc p on strpos(p.prosrc, n.nspname || '.' || f.proname || '(') > 0)
    select n.nspname || '.' || p.proname
      from asking join pg_proc p on p.oid = asking.id join pg_namespace n on n.oid = p.pronamespace
     where has_function_privilege(p.oid, 'execute') order by 1";

/// They ask where there is a second factor, and the controls' people have none: the password is the proof itself.
const BEHIND_A_FACTOR: [&str; 2] = ["identity.change_password", "identity.count_password"];
const BY_FRONT: &[&str] = &[
    "access.change_role(gen_random_uuid(), 'Control', 20, '{}')",
    "access.give('connection', gen_random_uuid(), ctx.person(), null, 'view')",
    "access.join_team(gen_random_uuid(), ctx.person())",
    "access.make_role(gen_random_uuid(), 'Control', 20, '{}')",
    "access.open_asset('connection', gen_random_uuid(), 'view')",
    "access.release_team(gen_random_uuid())",
    "access.remove_role(gen_random_uuid())",
    "access.turn_on_anonymous()",
    "identity.add_domain(gen_random_uuid(), 'controls.invalid')",
    "identity.add_certificate(gen_random_uuid(), '')",
    "identity.add_provider('oidc', 'Control', 'https://controls.invalid', 'x', null, '{}', true, 40)",
    "identity.ask_email_change(gen_random_uuid(), 'control@controls.invalid')",
    "identity.change_member(gen_random_uuid(), 'PARTICIPANT', 40, null)",
    "identity.delete_account('control-a@controls.invalid')",
    "identity.export_account()",
    "identity.invite(gen_random_uuid(), 'control@controls.invalid', 'PARTICIPANT', 40, null)",
    "identity.leave_organisation()",
    "identity.remove_authenticator()",
    "identity.remove_certificate(gen_random_uuid(), '')",
    "identity.remove_domain(gen_random_uuid())",
    "identity.remove_member(gen_random_uuid())",
    "identity.remove_passkey(gen_random_uuid())",
    "identity.remove_provider(gen_random_uuid())",
    "identity.rename_passkey(gen_random_uuid(), 'control')",
    "identity.replace_recovery_codes(array[]::bytea[])",
    "identity.require_second_factor(false)",
    "identity.require_sso(false)",
    "identity.turn_off_provider(gen_random_uuid())",
    "identity.turn_on_provider(gen_random_uuid())",
    "identity.unlink_identity(gen_random_uuid())",
    "identity.unlink_provider_identity(gen_random_uuid())",
    "oauth.decide_device(sha256('control'), true, array['insight.read'])",
    "oauth.limit_clients(null)",
];
const BY_BROKER: &[&str] = &[
    "identity.add_passkey(gen_random_uuid(), 'control', '', 'control', '{}', 0, false, false)",
    "identity.begin_authenticator('control', 'control')",
    "identity.begin_issuer_attempt('link', 'control', sha256('control'), sha256('control'), '/')",
    "identity.begin_passkey('add', sha256('control'))",
    "identity.begin_provider_attempt('link', gen_random_uuid(), sha256('control'), sha256('control'), '/')",
    "identity.provider_secret_kept(gen_random_uuid())",
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
    let is_tried = |name: &str, calls: &[&str]| {
        BEHIND_A_FACTOR.contains(&name)
            || calls
                .iter()
                .any(|call| call.split('(').next() == Some(name))
    };
    for (connection, calls) in [(&mut front, BY_FRONT), (&mut broker, BY_BROKER)] {
        let asking: Vec<String> = sqlx::query_scalar(ASKING)
            .fetch_all(&mut *connection)
            .await?;
        if let Some(name) = asking.iter().find(|name| !is_tried(name, calls)) {
            return Ok(Found::Error(format!(
                "{name} asks for a recent proof, and is not tried"
            )));
        }
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
