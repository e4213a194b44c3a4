//! What waits for apps that are slow takes no place of anybody who waits for none.

use std::time::Duration;

use broker::protocol::Call;
use broker::socket::{BrokerClient, CallError};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use kernel::Scope;
use reqwest::Method;
use testkit::provider::Mood;

use crate::world::{World, session_hash};

#[tokio::test]
async fn slow_apps_leave_room_for_everything_else() {
    let world = World::start().await;
    world.provider.be(Mood::Slow(Duration::from_secs(20)));
    let scope = Scope::Session(session_hash(&world.owner));
    let read = || Call::Read {
        connection: world.reading.parse().unwrap(),
        operation: "list_issues".to_owned(),
        arguments: "{}".to_owned(),
    };
    // As from several fronts, whose own limits are narrower.
    let mut calls: FuturesUnordered<_> = (0..300)
        .map(async |_| {
            let front = BrokerClient::new(&world.app.broker_socket);
            front.call(&scope, read()).await
        })
        .collect();
    let refused = calls.next().await.unwrap();
    assert!(
        matches!(&refused, Err(CallError::Failed(failure)) if failure.code == "broker.busy"),
        "{refused:?}"
    );
    let others = async {
        world.propose("Still there").await;
    };
    let waiting = async { while calls.next().await.is_some() {} };
    let answered = tokio::time::timeout(Duration::from_secs(10), async {
        tokio::select! {
            () = others => {}
            () = waiting => panic!("the app was not slow"),
        }
    });
    assert!(answered.await.is_ok(), "a proposal waited for the slow app");
}

#[tokio::test]
async fn slow_apps_of_one_leave_room_for_the_apps_of_others() {
    let world = World::start().await;
    world.provider.be(Mood::Slow(Duration::from_secs(20)));
    let scope = Scope::Session(session_hash(&world.owner));
    let read = || Call::Read {
        connection: world.reading.parse().unwrap(),
        operation: "list_issues".to_owned(),
        arguments: "{}".to_owned(),
    };
    let front = BrokerClient::new(&world.app.broker_socket);
    let mut calls: FuturesUnordered<_> = (0..100)
        .map(|_| {
            let front = front.of("one");
            let scope = &scope;
            async move { front.call(scope, read()).await.map(drop) }
        })
        .collect();
    let others = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        // It is refused at once, and has had a place for that.
        let refused = front.of("another").call(&Scope::Anonymous, read()).await;
        assert!(matches!(&refused, Err(CallError::Failed(_))), "{refused:?}");
    };
    let answered = tokio::time::timeout(Duration::from_secs(10), async {
        tokio::select! {
            () = others => {}
            first = calls.next() => panic!("the app was not slow: {first:?}"),
        }
    });
    assert!(
        answered.await.is_ok(),
        "another's call waited for the slow app"
    );
}

/// A call that nobody waits for any more goes on in the broker: it is of the same sixteen as one that somebody waits for.
#[tokio::test]
async fn calls_that_are_begun_and_left_take_no_more_room_than_others() {
    let world = World::start().await;
    world.provider.be(Mood::Slow(Duration::from_secs(20)));
    let scope = Scope::Session(session_hash(&world.owner));
    let front = BrokerClient::new(&world.app.broker_socket);
    for _ in 0..4 {
        let mut calls: FuturesUnordered<_> = (0..20)
            .map(async |_| {
                let call = Call::Read {
                    connection: world.reading.parse().unwrap(),
                    operation: "list_issues".to_owned(),
                    arguments: "{}".to_owned(),
                };
                // As a browser that hangs up once its request is in: nobody of this organisation is left in the front.
                let of_one = front.of("one");
                tokio::time::timeout(Duration::from_secs(1), of_one.call(&scope, call)).await
            })
            .collect();
        while let Some(left) = calls.next().await {
            assert!(left.is_err(), "the app was not slow: {left:?}");
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let arrived = world.provider.seen(&Method::GET).len();
    assert!((1..=16).contains(&arrived), "{arrived} calls are under way");
}
