//! What the broker adds to a call: the same read of the example tracker, directly and through the
//! broker (socket, bound transaction, unsealing, plan, egress guard, field filter, record).
//!
//! Prints one line of JSON; `bench/broker.sh` shows it. Usage: broker [CALLS] [CLIENTS]

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench: what does not work ends it, and what it finds is printed"
)]

#[path = "../src/eventually.rs"]
mod eventually;
#[path = "../src/sql.rs"]
#[expect(dead_code, reason = "the bench needs a part of what tests begin with")]
mod sql;
#[path = "../src/world.rs"]
#[expect(dead_code, reason = "the bench needs a part of what tests begin with")]
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use broker::protocol::Call;
use broker::socket::BrokerClient;
use kernel::Scope;
use reqwest::Method;
use serde_json::json;
use world::World;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |fallback| {
        arguments
            .next()
            .map_or(fallback, |text| text.parse().unwrap())
    };
    let (calls, clients): (usize, usize) = (number(2000), number(4));
    let world = Arc::new(World::start().await);
    let direct = direct(&world).await;
    let client = BrokerClient::new(&world.app.broker_socket);
    let scope = Scope::Session(world::session_hash(&world.owner));
    let connection = world.reading.parse().unwrap();
    let through = move || {
        let (client, scope) = (client.clone(), scope);
        async move {
            let call = Call::Read {
                connection,
                operation: "list_issues".to_owned(),
                arguments: "{}".to_owned(),
            };
            client.call(&scope, call).await.unwrap();
        }
    };
    // Once each, for connections and caches.
    measure(50, 1, direct.clone()).await;
    measure(50, 1, through.clone()).await;
    let alone = (
        measure(calls / 4, 1, direct.clone()).await,
        measure(calls / 4, 1, through.clone()).await,
    );
    let together = (
        measure(calls, clients, direct).await,
        measure(calls, clients, through).await,
    );
    println!(
        "{}",
        json!({
            "clients": clients,
            "direct_median_us": micros(alone.0.median), "broker_median_us": micros(alone.1.median),
            "direct_p99_us": micros(alone.0.p99), "broker_p99_us": micros(alone.1.p99),
            "direct_per_second": together.0.per_second, "broker_per_second": together.1.per_second,
        })
    );
}

/// The request that the broker would send, sent by hand: with the token that the provider saw.
async fn direct(
    world: &World,
) -> impl Fn() -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Clone + Send + use<> {
    let client = BrokerClient::new(&world.app.broker_socket);
    let scope = Scope::Session(world::session_hash(&world.owner));
    let call = Call::Read {
        connection: world.reading.parse().unwrap(),
        operation: "list_issues".to_owned(),
        arguments: "{}".to_owned(),
    };
    client.call(&scope, call).await.unwrap();
    let seen = world.provider.seen(&Method::GET).pop().unwrap();
    let token = seen.headers["authorization"].clone();
    let address = format!("{}{}", world.provider.url(), seen.target);
    #[expect(
        clippy::disallowed_methods,
        reason = "what a client would send by itself"
    )]
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    move || {
        let request = http.get(&address).header("authorization", &token);
        Box::pin(async move {
            let answer = request.send().await.unwrap().error_for_status().unwrap();
            answer.bytes().await.unwrap();
        })
    }
}

struct Measured {
    median: Duration,
    p99: Duration,
    per_second: f64,
}

async fn measure<F, Running>(calls: usize, clients: usize, call: F) -> Measured
where
    F: Fn() -> Running + Clone + Send + 'static,
    Running: Future<Output = ()> + Send,
{
    let begun = Instant::now();
    let workers: Vec<_> = (0..clients)
        .map(|_| {
            let call = call.clone();
            tokio::spawn(async move {
                let mut took = Vec::new();
                for _ in 0..calls / clients {
                    let since = Instant::now();
                    call().await;
                    took.push(since.elapsed());
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for worker in workers {
        took.extend(worker.await.unwrap());
    }
    let count = u32::try_from(took.len()).unwrap();
    let per_second = f64::from(count) / begun.elapsed().as_secs_f64();
    took.sort();
    Measured {
        median: took[took.len() / 2],
        p99: took[took.len() * 99 / 100],
        per_second,
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap()
}
