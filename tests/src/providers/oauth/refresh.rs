//! RFC 6749 6 and RFC 9700 4.14: refresh tokens that work once, for many who need one.

use std::collections::BTreeSet;
use std::time::Duration;

use broker::socket::CallError;
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::provider::Mood;

use super::world::OAuth;
use crate::eventually::eventually;
use crate::sql::{fate, number, refusal};
use crate::world::session_hash;

/// Of access tokens, in seconds.
const HOUR: u32 = 3600;

fn connected() -> (Value, Value) {
    (json!("connected"), Value::Null)
}

fn ended(reason: &str) -> (Value, Value) {
    (json!("reconnect"), json!(reason))
}

fn code(refused: CallError) -> String {
    match refused {
        CallError::Failed(failure) => failure.code,
        other => panic!("{other}"),
    }
}

fn alice() -> Value {
    json!({ "sub": "alice" })
}

#[tokio::test]
async fn a_refreshed_pair_is_kept_and_the_next_call_uses_it() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    for _ in 0..3 {
        world.due(0).await;
        assert_eq!(world.whoami(&id).await.unwrap(), alice());
        assert_eq!(world.whoami(&id).await.unwrap(), alice());
    }
    let used = world.refresh_tokens_used();
    assert_eq!(used.len(), 3, "it was refreshed where it was not due");
    assert_eq!(
        used.iter().collect::<BTreeSet<_>>().len(),
        3,
        "each works once"
    );
    let bearers = world.provider.seen(&reqwest::Method::GET);
    let bearers: BTreeSet<_> = bearers
        .iter()
        .map(|call| call.headers["authorization"].to_str().unwrap())
        .collect();
    assert_eq!(bearers.len(), 3, "an old access token was used");
    assert_eq!(world.state(&id).await, connected());
    world.assert_no_secret_shows(&id).await;
}

/// Two brokers know nothing of each other but by the database.
#[tokio::test]
async fn however_many_need_it_at_however_many_brokers_it_is_refreshed_once() {
    let mut world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    let brokers = [world.app.broker_socket.clone(), world.app.another_broker()];
    world.due(0).await;
    // Long enough for all to come while one is at it.
    world.provider.be(Mood::Slow(Duration::from_millis(500)));
    let calls = brokers.iter().flat_map(|broker| {
        let (world, id) = (&world, &id);
        (0..20).map(move |_| world.whoami_at(broker, id))
    });
    let answers = join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(world.refresh_tokens_used().len(), 1);
    assert_eq!(world.state(&id).await, connected());
}

#[tokio::test]
async fn the_replay_of_an_old_refresh_token_ends_the_grant_and_asks_for_a_person() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    world.due(0).await;
    world.whoami(&id).await.unwrap();
    let stolen = world.refresh_tokens_used().remove(0);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", stolen.as_str()),
    ];
    let (status, told) = world.as_thief(&form).await;
    assert_eq!(
        (status.as_u16(), &told["error"]),
        (400, &json!("invalid_grant")),
        "{told}"
    );
    // The thief has nothing; neither have we, and we say so.
    world.due(0).await;
    assert_eq!(
        code(world.whoami(&id).await.unwrap_err()),
        "connectors.reconnect"
    );
    assert_eq!(world.state(&id).await, ended("connectors.grant_ended"));
    let before = world.refresh_tokens_used().len();
    assert_eq!(
        code(world.whoami(&id).await.unwrap_err()),
        "connectors.reconnect"
    );
    assert_eq!(
        world.refresh_tokens_used().len(),
        before,
        "the dead token was sent again"
    );
    world.assert_no_secret_shows(&id).await;
}

#[tokio::test]
async fn a_provider_that_is_away_for_a_while_ends_nothing() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    let redirect = Mood::Redirect("http://169.254.169.254/token".to_owned());
    for (mood, told) in [
        (Mood::Status(503), "egress.status"),
        (Mood::Status(500), "egress.status"),
        (Mood::Status(429), "egress.status"),
        (Mood::Html, "egress.content_type"),
        (redirect, "egress.redirect"),
    ] {
        world.due(0).await;
        world.provider.be(mood.clone());
        let failed = world.whoami(&id).await.unwrap_err();
        if !matches!(mood, Mood::Html) {
            assert_eq!(code(failed), told);
        }
        // Whoever comes next does not ask again at once.
        let asked = world.refresh_tokens_used().len();
        assert_eq!(
            code(world.whoami(&id).await.unwrap_err()),
            "connectors.refresh_put_off"
        );
        assert_eq!(world.refresh_tokens_used().len(), asked, "{mood:?}");
        assert_eq!(world.state(&id).await, connected(), "{mood:?}");
    }
    world.provider.be(Mood::Honest);
    world.due(0).await;
    assert_eq!(world.whoami(&id).await.unwrap(), alice());
    world.assert_no_secret_shows(&id).await;
}

/// A token is refreshed well before its end: what goes wrong by then is no one's concern yet.
#[tokio::test]
async fn a_token_that_lives_is_used_while_the_app_gives_no_other() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    world.due(600).await;
    // The call that fails is of the token alone: what it says of alice comes from her own page.
    fate(
        &world.app,
        "update broker.credentials set refresh_not_before = now() + interval '1 minute'",
    )
    .await;
    assert_eq!(world.whoami(&id).await.unwrap(), alice());
    assert!(world.refresh_tokens_used().is_empty());
    world.due(600).await;
    assert_eq!(world.whoami(&id).await.unwrap(), alice());
    assert_eq!(world.refresh_tokens_used().len(), 1);
}

/// The provider has changed the pair and its answer is lost: the old token is spent, the new one is
/// known to nobody. What is left is to say so at the next call, and not to lose the reason.
#[tokio::test]
async fn a_refresh_whose_answer_is_lost_ends_in_a_person_being_asked() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    world.due(0).await;
    world.provider.be(Mood::LoseAnswersOfWrites);
    assert_eq!(code(world.whoami(&id).await.unwrap_err()), "egress.status");
    assert_eq!(world.state(&id).await, connected(), "nobody knows yet");
    assert_eq!(world.refresh_tokens_used().len(), 1, "it was sent again");
    world.provider.be(Mood::Honest);
    world.due(0).await;
    assert_eq!(
        code(world.whoami(&id).await.unwrap_err()),
        "connectors.reconnect"
    );
    assert_eq!(world.state(&id).await, ended("connectors.refresh_lost"));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_where_the_app_takes_a_used_token_for_a_while() {
    let world = OAuth::start_lenient(HOUR).await;
    let id = world.connect().await;
    world.due(0).await;
    world.provider.be(Mood::LoseAnswersOfWrites);
    assert_eq!(code(world.whoami(&id).await.unwrap_err()), "egress.status");
    let used = world.refresh_tokens_used();
    assert!(used.len() == 2 && used[0] == used[1], "{used:?}");
    assert_eq!(world.state(&id).await, connected());
}

/// The app's answer is the connection's: whoever asked may be gone when it comes.
#[tokio::test]
async fn whoever_signs_out_in_the_middle_of_a_refresh_loses_nobody_the_connection() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    world.due(0).await;
    world.provider.be(Mood::Slow(Duration::from_millis(700)));
    let end = async {
        eventually("the app was asked", async || {
            (!world.refresh_tokens_used().is_empty()).then_some(())
        })
        .await;
        fate(&world.app, "update identity.sessions set ended_at = now()").await
    };
    let (answer, sessions) = tokio::join!(world.whoami(&id), end);
    assert!(sessions > 0);
    assert_eq!(code(answer.unwrap_err()), "broker.unauthenticated");
    let kept = number(&world.app, "select token_version from broker.credentials").await;
    assert_eq!(kept, 2, "the new pair was lost");
    let told = "select count(*) from audit.entries where action = 'connectors.tokens_refreshed'";
    assert_eq!(number(&world.app, told).await, 1);
}

/// As with Salesforce, which tells nobody when a session ends.
#[tokio::test]
async fn a_token_whose_end_nobody_told_is_refreshed_once_it_is_refused_and_the_call_sent_again() {
    let world = OAuth::start(2).await;
    let id = world.connect().await;
    let untold = "update broker.credentials set refresh_at = null, access_expires_at = null";
    fate(&world.app, untold).await;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_eq!(world.whoami(&id).await.unwrap(), alice());
    assert_eq!(world.refresh_tokens_used().len(), 1);
    assert_eq!(world.state(&id).await, connected());
    let sent = world.provider.seen(&reqwest::Method::GET).len();
    assert_eq!(sent, 2, "once with each token");
    world.assert_no_secret_shows(&id).await;
}

/// A turn that is over keeps nothing: whoever comes late would put old tokens in the place of new ones.
#[tokio::test]
async fn a_turn_that_is_over_keeps_nothing_and_none_is_taken_twice() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    world.due(0).await;
    let mut broker = PgConnection::connect_with(&world.app.login("countersign_broker"))
        .await
        .unwrap();
    let session = session_hash(&world.owner).to_hex();
    let connection = "(select connection_id from broker.credentials)";
    let mut take = async |ticket: &str, version: u8| {
        let begin = format!("begin; select ctx.bind_session('\\x{session}')");
        broker.execute(AssertSqlSafe(begin)).await.unwrap();
        let take = format!(
            "select count(*) from broker.take_refresh({connection}, {version}, sha256('{ticket}'), 2147483647)"
        );
        let taken: i64 = sqlx::query_scalar(AssertSqlSafe(take))
            .fetch_one(&mut broker)
            .await
            .unwrap();
        broker.execute("commit").await.unwrap();
        taken == 1
    };
    assert!(!take("one", 0).await, "it is of older tokens");
    assert!(take("one", 1).await);
    let longest = "select count(*) from broker.credentials where refresh_until > now() + interval '5 minutes'";
    assert_eq!(number(&world.app, longest).await, 0, "for ever");
    assert!(!take("two", 1).await, "somebody has the turn");
    fate(
        &world.app,
        "update broker.credentials set refresh_until = now()",
    )
    .await;
    let mut late = PgConnection::connect_with(&world.app.login("countersign_broker"))
        .await
        .unwrap();
    let bind = "select ctx.bind_turn(sha256('one'))";
    assert_eq!(refusal(&mut late, bind).await, "CS001");
    assert!(take("two", 1).await, "nobody else gets it");
    for (ticket, kept) in [("one", 0), ("two", 1), ("two", 0)] {
        let keep = format!(
            "select (broker.end_refresh(sha256('{ticket}'), 3600, null, null) = 'kept')::int::bigint"
        );
        assert_eq!(number(&world.app, &keep).await, kept, "{ticket}");
    }
    assert_eq!(world.whoami(&id).await.unwrap(), alice());
}
