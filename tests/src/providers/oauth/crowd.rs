//! CO-06, measured: `bench/refresh.sh`.

use std::time::{Duration, Instant};

use broker::protocol::Call;
use broker::socket::BrokerClient;
use futures_util::future::join_all;
use kernel::Scope;
use serde_json::json;
use testkit::provider::Mood;

use super::world::OAuth;
use crate::world::session_hash;

const HOUR: u32 = 3600;
/// Brokers that share nothing but the database, each with a front of its own.
const BROKERS: usize = 3;

/// How long callers waited, and how many got no answer.
struct Waited {
    failed: usize,
    median: Duration,
    p99: Duration,
}

fn asked_for(name: &str, otherwise: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "a measure, not the product")]
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |text| text.parse().unwrap())
}

/// So many callers at each front, all at once.
async fn crowd(fronts: &[BrokerClient], scope: Scope, connection: &str, each: usize) -> Waited {
    let call = || Call::Read {
        connection: connection.parse().unwrap(),
        operation: "whoami".to_owned(),
        arguments: "{}".to_owned(),
    };
    let callers = fronts
        .iter()
        .flat_map(|front| (0..each).map(move |_| front));
    let waited = join_all(callers.map(async |front| {
        let since = Instant::now();
        let answer = front.call(&scope, call()).await;
        (answer.is_err(), since.elapsed())
    }))
    .await;
    let failed = waited.iter().filter(|(failed, _)| *failed).count();
    let mut took: Vec<Duration> = waited.into_iter().map(|(_, took)| took).collect();
    took.sort();
    Waited {
        failed,
        median: took[took.len() / 2],
        p99: took[took.len() * 99 / 100],
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measure: bench/refresh.sh"]
async fn callers_of_one_expiring_token() {
    let (callers, rounds) = (asked_for("CALLERS", 10_000), asked_for("ROUNDS", 200));
    let mut world = OAuth::start_lenient(HOUR).await;
    let id = world.connect().await;
    let scope = Scope::Session(session_hash(&world.owner));
    let mut fronts = vec![BrokerClient::new(&world.app.broker_socket)];
    while fronts.len() < BROKERS {
        fronts.push(BrokerClient::new(&world.app.another_broker()));
    }
    crowd(&fronts, scope, &id, 50).await;
    let fresh = crowd(&fronts, scope, &id, callers).await;
    world.due(0).await;
    let expired = crowd(&fronts, scope, &id, callers).await;
    let once = world.refresh_tokens_used().len();

    let (mut failed, mut worst) = (0, Duration::ZERO);
    let mut slowest = Vec::new();
    for round in 0..rounds {
        world.due(0).await;
        let is_lost = round % 100 == 50;
        world.provider.be(if is_lost {
            Mood::LoseFirstAnswersOfWrites
        } else {
            Mood::Honest
        });
        let waited = crowd(&fronts, scope, &id, 20).await;
        failed += waited.failed;
        worst = worst.max(waited.p99);
        slowest.push(waited.p99);
    }
    slowest.sort();
    let state = world.state(&id).await.0;
    println!(
        "{}",
        json!({
            "callers": callers * BROKERS,
            "fresh_median_ms": fresh.median.as_millis(), "fresh_p99_ms": fresh.p99.as_millis(),
            "fresh_failed": fresh.failed,
            "expired_median_ms": expired.median.as_millis(), "expired_p99_ms": expired.p99.as_millis(),
            "expired_failed": expired.failed, "refreshes": once,
            "rounds": rounds, "round_callers": 20 * BROKERS, "lost_answers": rounds.div_ceil(100),
            "round_refreshes": world.refresh_tokens_used().len() - once, "round_failed": failed,
            "round_p99_median_ms": slowest[slowest.len() / 2].as_millis(), "round_p99_worst_ms": worst.as_millis(),
            "state": state,
        })
    );
}
