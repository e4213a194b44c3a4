//! What somebody does with a login to the database.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::*;
use crate::sql::refusal;
use crate::world::PASSWORD;

async fn login(world: &World, role: &str) -> PgConnection {
    PgConnection::connect_with(&world.app.login(role))
        .await
        .unwrap()
}

const SESSION: &str =
    "row(gen_random_uuid(), sha256('y'), '', '', sha256('z'), 60)::identity.new_session";

#[tokio::test]
async fn a_stolen_login_of_the_web_process_makes_no_identity_and_answers_no_attempt() {
    let world = World::start().await;
    let owner = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    drop(world.leave().await);
    let mut thief = login(&world, "countersign_front").await;
    let own = format!("select ctx.bind_session('\\x{}')", owner.session_hash());
    for bind in ["select 1", own.as_str()] {
        for claim in [
            "select * from identity.begin_issuer_attempt('link', 'x', sha256('x'), sha256('x'), '/')".to_owned(),
            "select * from identity.begin_issuer_attempt('sign_in', 'x', sha256('x'), sha256('x'), '/')".to_owned(),
            "select * from identity.take_issuer_attempt(sha256('x'), sha256('x'), 'x', null)".to_owned(),
            format!("select * from identity.sign_in_by_issuer(sha256('x'), 'ada', 'ada', null, false, null, {SESSION})"),
            "select identity.link_identity(sha256('x'), gen_random_uuid(), 'ada', 'ada')".to_owned(),
            "select identity.prove_by_issuer(sha256('x'), 'ada', now())".to_owned(),
            "select identity.attempt_to_answer(sha256('x'), 'link')".to_owned(),
            "select identity.attempt_secret('verifier', sha256('x'))".to_owned(),
            "select identity.ways_in(ctx.person())".to_owned(),
            "select identity.note_password()".to_owned(),
            "select subject from identity.identities".to_owned(),
            "select * from identity.issuer_attempts".to_owned(),
            "insert into identity.identities (user_id, id, issuer, subject, label) values (ctx.person(), gen_random_uuid(), 'x', 'x', 'x')".to_owned(),
            "update identity.identities set label = 'x'".to_owned(),
            "delete from identity.identities".to_owned(),
            "update identity.issuer_attempts set answered_at = now()".to_owned(),
            "select has_password from identity.users".to_owned(),
        ] {
            let got = refusal(&mut thief, &format!("rollback; begin; {bind}; {claim}")).await;
            assert_eq!(got, "42501", "{bind}: {claim}");
        }
    }
    // What it may call answers nothing that a browser did not bring.
    thief.execute("rollback; begin").await.unwrap();
    let made: String = sqlx::query_scalar(AssertSqlSafe(format!(
        "select identity.sign_up_by_issuer(sha256('x'), sha256('x'), gen_random_uuid(), 'x', gen_random_uuid(), 'x', gen_random_uuid(), {SESSION})"
    )))
    .fetch_one(&mut thief)
    .await
    .unwrap();
    assert_eq!(made, "gone");
    assert_eq!(world.identities().await, 0);
}

#[tokio::test]
async fn an_attempt_that_nobody_answered_makes_no_account() {
    let world = World::start().await;
    let (_, page) = world.leave().await;
    let state = page
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    let state = hex::encode(crypto::digest::sha256(state.as_bytes()));
    // Whoever took the web process over saw the state pass, and knows the browser.
    fate(
        &world.app,
        "update identity.issuer_attempts set browser_hash = sha256('known')",
    )
    .await;
    let mut thief = login(&world, "countersign_front").await;
    let made: String = sqlx::query_scalar(AssertSqlSafe(format!(
        "select identity.sign_up_by_issuer('\\x{state}', sha256('known'), gen_random_uuid(), 'x', gen_random_uuid(), 'x', gen_random_uuid(), {SESSION})"
    )))
    .fetch_one(&mut thief)
    .await
    .unwrap();
    assert_eq!(made, "gone");
}

/// The broker's own login, in the hands of a broker that lost its mind: what an attempt was not begun for, it is
/// not answered with.
#[tokio::test]
async fn an_answer_is_for_the_attempt_that_was_taken_a_moment_ago() {
    let world = World::start().await;
    let owner = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    let bind = format!("select ctx.bind_session('\\x{}')", owner.session_hash());
    let mut broker = login(&world, "countersign_broker").await;
    let begin =
        "select * from identity.begin_issuer_attempt('link', 'i', sha256('s'), sha256('b'), '/')";
    let link = "identity.link_identity(sha256('s'), gen_random_uuid(), 'ada', 'ada')";
    let take = format!(
        "select * from identity.take_issuer_attempt(sha256('s'), sha256('b'), 'i', '\\x{}')",
        owner.session_hash()
    );
    for (what, statements, answer) in [
        ("nobody came back", format!("{bind}; {begin}"), "gone"),
        ("somebody did", format!("{bind}; {begin}; {take}"), "linked"),
        (
            "with another's cookie",
            format!(
                "{bind}; {begin}; select * from identity.take_issuer_attempt(sha256('s'), sha256('c'), 'i', '\\x{}')",
                owner.session_hash()
            ),
            "gone",
        ),
        (
            "to another issuer",
            format!(
                "{bind}; {begin}; select * from identity.take_issuer_attempt(sha256('s'), sha256('b'), 'j', '\\x{}')",
                owner.session_hash()
            ),
            "gone",
        ),
        (
            "without the session",
            format!(
                "{bind}; {begin}; select * from identity.take_issuer_attempt(sha256('s'), sha256('b'), 'i', null)"
            ),
            "gone",
        ),
        (
            "twice",
            format!("{bind}; {begin}; {take}; select {link}"),
            "gone",
        ),
    ] {
        broker
            .execute(AssertSqlSafe(format!("rollback; begin; {statements}")))
            .await
            .unwrap();
        let got: String = sqlx::query_scalar(AssertSqlSafe(format!("select {link}")))
            .fetch_one(&mut broker)
            .await
            .unwrap();
        assert_eq!(got, answer, "{what}");
    }
    broker.execute("rollback; begin").await.unwrap();
    let unbound =
        "select * from identity.begin_issuer_attempt('link', 'i', sha256('t'), sha256('b'), '/')";
    assert_eq!(refusal(&mut broker, unbound).await, "42501");
    fate(
        &world.app,
        "update identity.sessions set authenticated_at = now() - interval '11 minutes'",
    )
    .await;
    let stale = format!("rollback; begin; {bind}; {begin}");
    assert_eq!(refusal(&mut broker, &stale).await, "CS008");
    // Where there is a second factor, it alone is a proof.
    fate(
        &world.app,
        "insert into identity.passkeys (user_id, id, credential_id, public_key, name, transports, sign_count, is_syncable, is_synced)
         select user_id, id, 'x', 'x', 'Key', '{}', 0, false, false from identity.sessions limit 1",
    )
    .await;
    fate(
        &world.app,
        "update identity.sessions set second_factor_at = now()",
    )
    .await;
    let begin = begin.replace("'link'", "'prove'");
    let prove = format!("rollback; begin; {bind}; {begin}");
    assert_eq!(refusal(&mut broker, &prove).await, "CS010");
}
