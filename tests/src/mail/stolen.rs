//! A stolen login of the web process mails nobody and reads no token.

use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use testkit::app::TestApp;

use crate::sql::{fate, refusal};
use crate::world::{bound, signed_up};

#[tokio::test]
async fn a_stolen_front_login_queues_no_mail_and_reads_no_token() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    for statement in [
        "select mail.queue(ctx.org(), ctx.person(), ctx.person(), null, 'stranger@example.com', 'invitation', '{}')",
        "select mail.requeue(ctx.org(), ctx.person(), gen_random_uuid())",
        "select mail.add_job(ctx.org(), ctx.person(), gen_random_uuid())",
        "select mail.begin(sha256('x'))",
        "select mail.finish('sent', null)",
        "select identity.use_link('reset_password', sha256('x'))",
        "select identity.password_was_set(ctx.person(), null)",
        "select identity.vouch('stranger@example.com')",
        "select identity.join_by(null, ctx.person())",
        "insert into mail.outbox (org_id, id, user_id, recipient, template)
         values (ctx.org(), gen_random_uuid(), ctx.person(), 'stranger@example.com', 'verify_address')",
        "insert into identity.invitations (org_id, id, email, role, level, invited_by)
         values (ctx.org(), gen_random_uuid(), 'stranger@example.com', 'OWNER', 100, ctx.person())",
        "insert into identity.links (org_id, kind, user_id, token_hash, expires_at)
         values (ctx.org(), 'reset_password', ctx.person(), sha256('x'), now())",
        "update mail.outbox set recipient = 'stranger@example.com'",
        "update identity.users set email_verified_at = now()",
        "update identity.memberships set level = 100",
        "select token_hash from identity.links",
    ] {
        let mut thief = bound(&app, "countersign_front", &owner).await;
        assert_eq!(refusal(&mut thief, statement).await, "42501", "{statement}");
    }
    // Unbound, it sees no mail at all.
    let mut thief = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    let seen: i64 = sqlx::query_scalar("select count(*) from mail.outbox")
        .fetch_one(&mut thief)
        .await
        .unwrap();
    assert_eq!(seen, 0);
}

#[tokio::test]
async fn a_job_of_mail_is_the_brokers_alone_and_begins_no_other_mail() {
    let options = testkit::app::Options {
        without_worker: true,
        ..testkit::app::Options::default()
    };
    let app = TestApp::start_with(options).await;
    signed_up(&app).await;
    let mut thief = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    let claimed: i64 =
        sqlx::query_scalar("select count(*) from jobs.claim(array[sha256('thief')], 300, 100)")
            .fetch_one(&mut thief)
            .await
            .unwrap();
    assert_eq!(claimed, 0);
    // Not even the broker begins a mail that it has not claimed.
    let mut broker = PgConnection::connect_with(&app.login("countersign_broker"))
        .await
        .unwrap();
    let begun: i64 = sqlx::query_scalar("select count(*) from mail.begin(sha256('x'))")
        .fetch_one(&mut broker)
        .await
        .unwrap();
    assert_eq!(begun, 0);
    assert_eq!(
        fate(&app, "update identity.links set used_at = used_at").await,
        0
    );
}
