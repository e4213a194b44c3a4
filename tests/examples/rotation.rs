//! How fast the master key rotates, and what those notice who are served meanwhile: they have the broker
//! open the payload of a proposal, again and again, before the rotation and during it.
//!
//! Prints one line of JSON; `bench/rotation.sh` shows it. Usage: rotation [KEYS] [CLIENTS]

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench: what does not work ends it, and what it finds is printed"
)]

#[path = "../src/eventually.rs"]
mod eventually;
#[path = "../src/vault/many_keys.rs"]
mod many_keys;
#[path = "../src/sql.rs"]
#[expect(dead_code, reason = "the bench needs a part of what tests begin with")]
mod sql;
#[path = "../src/world.rs"]
#[expect(dead_code, reason = "the bench needs a part of what tests begin with")]
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use broker::protocol::Call;
use broker::rotation::{self, RotationKind};
use broker::socket::BrokerClient;
use kernel::{ProposalId, Scope};
use serde_json::json;
use tokio::task::JoinSet;
use world::World;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |fallback| {
        arguments
            .next()
            .map_or(fallback, |text| text.parse().unwrap())
    };
    let (keys, clients): (usize, usize) = (number(20_000), number(4));
    let world = World::start().await;
    many_keys::many_keys(&world.app, keys, 1).await;
    let (proposal, _) = world.propose("Sealed").await;
    let load = Load {
        client: BrokerClient::new(&world.app.broker_socket),
        scope: Scope::Session(world::session_hash(&world.owner)),
        proposal: proposal.parse().unwrap(),
        clients,
    };
    load.during(tokio::time::sleep(Duration::from_secs(1)))
        .await;
    let before = load
        .during(tokio::time::sleep(Duration::from_secs(5)))
        .await;
    let broker = world.app.db("countersign_broker");
    let (id, _) = rotation::ask(
        &world.app.db("countersign_verifier"),
        RotationKind::MasterKey,
    )
    .await
    .unwrap();
    let mut begun = None;
    let rotating = async {
        loop {
            let now = rotation::look(&broker, id).await.unwrap().unwrap();
            if begun.is_none() && now.keys_total > 0 {
                begun = Some(Instant::now());
            }
            if now.is_over {
                assert_eq!((now.failure, now.keys_left.len()), (None, 0));
                return now.keys_done;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let mut done = 0;
    let during = Box::pin(load.during(async { done = rotating.await })).await;
    let took = begun.unwrap().elapsed();
    println!(
        "{}",
        json!({
            "keys": done, "clients": clients, "seconds": took.as_secs_f64(),
            "before": before.told(), "during": during.told(),
        })
    );
}

struct Load {
    client: BrokerClient,
    scope: Scope,
    proposal: ProposalId,
    clients: usize,
}

/// How long each call took, of all clients.
struct Taken {
    each: Vec<Duration>,
    over: Duration,
}

impl Load {
    /// Calls until `what` is over. A call that fails ends the bench.
    async fn during(&self, what: impl Future<Output = ()>) -> Taken {
        let (stop, since) = (Arc::new(AtomicBool::new(false)), Instant::now());
        let mut calling = JoinSet::new();
        for _ in 0..self.clients {
            let (stop, client, scope) = (Arc::clone(&stop), self.client.clone(), self.scope);
            let proposal = self.proposal;
            calling.spawn(async move {
                let mut each = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    client.call(&scope, Call::Show { proposal }).await.unwrap();
                    each.push(begun.elapsed());
                }
                each
            });
        }
        what.await;
        stop.store(true, Ordering::Relaxed);
        let mut each = calling.join_all().await.concat();
        each.sort_unstable();
        Taken {
            each,
            over: since.elapsed(),
        }
    }
}

impl Taken {
    fn told(&self) -> serde_json::Value {
        let at = |share: usize| self.each[(self.each.len() - 1) * share / 100].as_micros();
        let calls = u32::try_from(self.each.len()).unwrap();
        json!({
            "median_us": at(50), "p99_us": at(99), "longest_us": at(100),
            "per_second": f64::from(calls) / self.over.as_secs_f64(),
        })
    }
}
