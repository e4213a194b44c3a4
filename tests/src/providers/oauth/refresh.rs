//! RFC 6749 6 and RFC 9700 4.14: refresh tokens that work once.

use std::collections::BTreeSet;

use broker::socket::CallError;
use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::provider::Mood;

use super::world::OAuth;

/// Shorter than what is left to a token when the broker looks for a new one: every call refreshes.
const AT_ONCE: u32 = 60;

fn connected() -> (Value, Value) {
    (json!("connected"), Value::Null)
}

fn ended() -> (Value, Value) {
    (json!("reconnect"), json!("connectors.grant_ended"))
}

fn code(refused: CallError) -> String {
    match refused {
        CallError::Failed(failure) => failure.code,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_refreshed_pair_is_kept_and_the_next_call_uses_it() {
    let world = OAuth::start(AT_ONCE).await;
    let id = world.connect().await;
    for _ in 0..3 {
        assert_eq!(world.whoami(&id).await.unwrap(), json!({ "sub": "alice" }));
    }
    let used = world.refresh_tokens_used();
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

#[tokio::test]
async fn calls_side_by_side_never_use_a_refresh_token_twice() {
    let world = OAuth::start(AT_ONCE).await;
    let id = world.connect().await;
    let calls = join_all((0..8).map(|_| world.whoami(&id))).await;
    assert!(calls.iter().all(Result::is_ok), "{calls:?}");
    let used = world.refresh_tokens_used();
    assert_eq!(
        used.iter().collect::<BTreeSet<_>>().len(),
        used.len(),
        "a token was used twice"
    );
    assert_eq!(world.state(&id).await, connected());
}

#[tokio::test]
async fn the_replay_of_an_old_refresh_token_ends_the_grant_and_asks_for_a_person() {
    let world = OAuth::start(AT_ONCE).await;
    let id = world.connect().await;
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
    assert_eq!(
        code(world.whoami(&id).await.unwrap_err()),
        "connectors.reconnect"
    );
    assert_eq!(world.state(&id).await, ended());
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
    let world = OAuth::start(AT_ONCE).await;
    let id = world.connect().await;
    for status in [503, 500, 429] {
        world.provider.be(Mood::Status(status));
        assert_eq!(code(world.whoami(&id).await.unwrap_err()), "egress.status");
        assert_eq!(world.state(&id).await, connected(), "{status}");
    }
    world.provider.be(Mood::Html);
    world.whoami(&id).await.unwrap_err();
    world
        .provider
        .be(Mood::Redirect("http://169.254.169.254/token".to_owned()));
    assert_eq!(
        code(world.whoami(&id).await.unwrap_err()),
        "egress.redirect"
    );
    assert_eq!(world.state(&id).await, connected());
    world.provider.be(Mood::Honest);
    assert_eq!(world.whoami(&id).await.unwrap(), json!({ "sub": "alice" }));
    world.assert_no_secret_shows(&id).await;
}

/// The provider has changed the pair and its answer is lost: the old token is spent, the new one is
/// known to nobody. What is left is to say so at the next call, and not to lose the reason.
#[tokio::test]
async fn a_refresh_whose_answer_is_lost_ends_in_a_person_being_asked() {
    let world = OAuth::start(AT_ONCE).await;
    let id = world.connect().await;
    world.provider.be(Mood::LoseAnswersOfWrites);
    assert_eq!(code(world.whoami(&id).await.unwrap_err()), "egress.status");
    assert_eq!(world.state(&id).await, connected(), "nobody knows yet");
    world.provider.be(Mood::Honest);
    assert_eq!(
        code(world.whoami(&id).await.unwrap_err()),
        "connectors.reconnect"
    );
    assert_eq!(world.state(&id).await, ended());
}
