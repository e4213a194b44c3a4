//! What the broker adds to a call: the same read of the example tracker, directly, through a proxy
//! that only passes it on, and through the broker (socket, bound transaction, unsealing, plan, egress guard, field
//! filter, record).
//!
//! Prints a line of JSON for each; `bench/broker.sh` shows them. Usage: broker CALLS CLIENTS PROXY

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

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use broker::protocol::Call;
use broker::socket::BrokerClient;
use kernel::Scope;
use reqwest::Method;
use serde_json::json;
use world::World;

type Way = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

#[tokio::main]
async fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [calls, clients, proxy] = given.as_slice() else {
        panic!("usage: broker CALLS CLIENTS PROXY");
    };
    let (calls, clients) = (calls.parse().unwrap(), clients.parse().unwrap());
    let world = World::start().await;
    let ways = [
        ("direct", by_hand(&world, None).await),
        ("proxy", by_hand(&world, Some(proxy)).await),
        ("broker", by_broker(&world)),
    ];
    for (name, way) in ways {
        // For connections and caches.
        measure(50, 1, &way).await;
        let alone = measure(calls / 4, 1, &way).await;
        let together = measure(calls, clients, &way).await;
        println!(
            "{}",
            json!({
                "way": name, "clients": clients, "median_us": micros(alone.median), "p99_us": micros(alone.p99),
                "per_second": together.per_second,
            })
        );
    }
}

fn by_broker(world: &World) -> Way {
    let client = BrokerClient::new(&world.app.broker_socket);
    let scope = Scope::Session(world::session_hash(&world.owner));
    let connection = world.reading.parse().unwrap();
    Arc::new(move || {
        let client = client.clone();
        Box::pin(async move {
            let call = Call::Read {
                connection,
                operation: "list_issues".to_owned(),
                arguments: "{}".to_owned(),
            };
            client.call(&scope, call).await.unwrap();
        })
    })
}

/// The request that the broker would send, sent by hand: with the token that the provider saw.
async fn by_hand(world: &World, proxy: Option<&str>) -> Way {
    by_broker(world)().await;
    let seen = world.provider.seen(&Method::GET).pop().unwrap();
    let token = seen.headers["authorization"].clone();
    let address = format!("{}{}", world.provider.url(), seen.target);
    #[expect(
        clippy::disallowed_methods,
        reason = "what a client would send by itself"
    )]
    let http = match proxy {
        None => reqwest::Client::builder().no_proxy(),
        Some(proxy) => reqwest::Client::builder().proxy(reqwest::Proxy::http(proxy).unwrap()),
    };
    let http = http.build().unwrap();
    Arc::new(move || {
        let request = http.get(&address).header("authorization", &token);
        Box::pin(async move {
            let answer = request.send().await.unwrap().error_for_status().unwrap();
            answer.bytes().await.unwrap();
        })
    })
}

struct Measured {
    median: Duration,
    p99: Duration,
    per_second: f64,
}

async fn measure(calls: usize, clients: usize, call: &Way) -> Measured {
    let begun = Instant::now();
    let workers: Vec<_> = (0..clients)
        .map(|_| {
            let call = Arc::clone(call);
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
