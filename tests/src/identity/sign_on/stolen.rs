//! What a stolen login of the web process makes of it: nothing.

use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};

use super::*;
use crate::sql::refusal;

async fn login(world: &World) -> PgConnection {
    let options = world.app.login("countersign_front");
    PgConnection::connect_with(&options).await.unwrap()
}

#[tokio::test]
async fn a_stolen_login_of_the_web_process_speaks_for_no_provider() {
    let world = World::start().await;
    drop(world.let_in(&colleague("ada")).await);
    let mut front = login(&world).await;
    front.execute("begin").await.unwrap();
    let state = "decode(repeat('01', 32), 'hex')";
    let provider = "gen_random_uuid()";
    for statement in [
        format!(
            "select identity.begin_provider_attempt('sign_in', {provider}, {state}, {state}, '/')"
        ),
        format!("select identity.take_issuer_attempt({state}, {state}, 'urn:uuid:x', null)"),
        format!(
            "select identity.sign_in_by_provider({state}, 'ada', 'ada', 'Ada', 'ada@works.example', now(), {provider}, {provider}, null)"
        ),
        format!("select identity.link_provider_identity({state}, {provider}, 'x', 'x')"),
        format!("select identity.prove_by_provider({state}, 'ada', now())"),
        format!("select identity.provider_tested({state})"),
        format!("select identity.provider_to_ask({provider})"),
        format!("select identity.provider_secret_kept({provider})"),
        format!("select identity.domain_to_check({provider})"),
        format!("select identity.domain_checked({provider}, true, null)"),
        "select identity.next_domain()".to_owned(),
        format!("select identity.domain_rechecked({provider}, {provider}, false)"),
        format!("select identity.displace({provider}, 'ada@works.example', {provider})"),
        format!("select identity.request_id({state})"),
        "select subject from identity.provider_identities".to_owned(),
        "update identity.domains set verified_at = now()".to_owned(),
        "update identity.providers set turned_on_at = now()".to_owned(),
        "update identity.sessions set provider_id = null".to_owned(),
        "insert into identity.domains (org_id, id, domain, challenge, verified_at)
         values (gen_random_uuid(), gen_random_uuid(), 'x.example', repeat('0', 32), now())"
            .to_owned(),
        format!("select identity.add_domain({provider}, 'evil.example')"),
        format!("select identity.turn_on_provider({provider})"),
        "select identity.require_sso(false)".to_owned(),
    ] {
        front.execute("savepoint look").await.unwrap();
        assert_eq!(
            refusal(&mut front, &statement).await,
            "42501",
            "{statement}"
        );
        front.execute("rollback to look").await.unwrap();
    }
    // Unbound, it sees no row of them.
    for table in ["domains", "providers"] {
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select count(*) from identity.{table}"
        )))
        .fetch_one(&mut front)
        .await
        .unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}

#[tokio::test]
async fn a_session_of_a_provider_makes_no_session_of_the_accounts_own() {
    let world = World::start().await;
    let mut fresh = colleague("ada");
    fresh["auth_time"] = time_now().into();
    let ada = world.let_in(&fresh).await;
    let mut front = login(&world).await;
    let bind = format!("select ctx.bind_session('\\x{}')", ada.session_hash());
    let session =
        "row(gen_random_uuid(), sha256('y'), '', '', sha256('z'), 60)::identity.new_session";
    for (claim, code) in [
        (
            "select identity.delete_account('ada@works.example')".to_owned(),
            "CS011",
        ),
        ("select identity.export_account()".to_owned(), "CS011"),
        (
            "select identity.ask_email_change(gen_random_uuid(), 'x@evil.example')".to_owned(),
            "CS011",
        ),
        ("select identity.cancel_email_change()".to_owned(), "CS011"),
        (
            "select identity.confirm_email_change(sha256('x'))".to_owned(),
            "CS011",
        ),
        (
            "select identity.switch_organisation(gen_random_uuid())".to_owned(),
            "CS011",
        ),
        (
            "select identity.make_organisation(gen_random_uuid(), 'x')".to_owned(),
            "CS011",
        ),
        ("select identity.leave_organisation()".to_owned(), "CS011"),
        (
            "select identity.change_password(sha256('x'), '', sha256('x'))".to_owned(),
            "CS011",
        ),
        ("select identity.remove_authenticator()".to_owned(), "CS011"),
        (
            "select identity.remove_passkey(gen_random_uuid())".to_owned(),
            "CS011",
        ),
        (
            "select identity.unlink_identity(gen_random_uuid())".to_owned(),
            "CS011",
        ),
        (
            "select identity.unlink_provider_identity(gen_random_uuid())".to_owned(),
            "CS011",
        ),
        (
            format!("select identity.accept_invitation(sha256('x'), {session})"),
            "CS011",
        ),
        (
            "insert into identity.links (org_id, kind, user_id, token_hash, expires_at)
             values (ctx.org(), 'sign_in', ctx.person(), sha256('x'), now() + interval '1 minute')"
                .to_owned(),
            "42501",
        ),
    ] {
        let got = refusal(&mut front, &format!("rollback; begin; {bind}; {claim}")).await;
        assert_eq!(got, code, "{claim}");
    }
}
