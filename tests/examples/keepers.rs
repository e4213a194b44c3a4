//! What a master key costs wherever it is kept: how long the broker takes to open a payload whose data key is open
//! already, and to wrap a data key anew while the master key rotates.
//!
//! The services are those of the tests, on this machine: what a network adds is not in it.
//! Prints one line of JSON for each; `bench/keepers.sh` shows them. Usage: keepers [KEYS]

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
#[path = "../src/vault/keepers"]
#[expect(dead_code, reason = "the bench needs a part of what tests begin with")]
mod keepers {
    pub(crate) mod config;
    pub(crate) mod moto;
    pub(crate) mod server;
}
#[path = "../src/vault/many_keys.rs"]
mod many_keys;
#[path = "../src/providers"]
mod providers {
    #[expect(dead_code, reason = "the bench needs a part of what tests begin with")]
    pub(crate) mod node;
}
#[path = "../src/world.rs"]
#[expect(dead_code, reason = "the bench needs a part of what tests begin with")]
mod world;

use std::path::Path;
use std::time::{Duration, Instant};

use broker::protocol::Call;
use broker::rotation::{self, RotationKind};
use broker::socket::BrokerClient;
use broker::vault::MasterKeyConfig;
use keepers::config::{aws, gcp, transit};
use keepers::moto::Moto;
use keepers::server::KeyServer;
use kernel::{ProposalId, Scope};
use serde_json::json;
use testkit::app::MasterKeys;
use world::World;

const CALLS: usize = 500;

#[tokio::main]
async fn main() {
    let keys = std::env::args().nth(1);
    let keys = keys.map_or(500, |text| text.parse().unwrap());
    let file = |path: &Path| MasterKeyConfig::File(path.to_owned());
    measure("file", keys, file).await;
    let server = KeyServer::start().await;
    measure("transit", keys, move |_| transit(&server, "first")).await;
    let moto = Moto::start();
    measure("aws (moto)", keys, move |_| aws(&moto, "first")).await;
    let server = KeyServer::start().await;
    measure("gcp", keys, move |_| gcp(&server, "first")).await;
}

async fn measure(
    name: &str,
    keys: usize,
    config: impl Fn(&Path) -> MasterKeyConfig + Send + Sync + 'static,
) {
    let mut world = World::start().await;
    many_keys::many_keys(&world.app, keys, 0).await;
    let configs = move |path: &Path| match config(path) {
        file @ MasterKeyConfig::File(_) => vec![file],
        first => vec![first, MasterKeyConfig::File(path.to_owned())],
    };
    world.app.restart_with(MasterKeys::new(configs)).await;
    let broker = world.app.db("countersign_broker");
    let verifier = world.app.db("countersign_verifier");
    let mut begun = None;
    let asked = rotation::ask(&verifier, RotationKind::MasterKey).await;
    let (id, _) = asked.unwrap();
    let done = loop {
        let now = rotation::look(&broker, id).await.unwrap().unwrap();
        if begun.is_none() && now.keys_total > 0 {
            begun = Some(Instant::now());
        }
        if now.is_over {
            assert_eq!((now.failure, now.keys_left.len()), (None, 0));
            break now.keys_done;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let rotated = begun.unwrap().elapsed();
    let (proposal, _) = world.propose("Sealed").await;
    let proposal: ProposalId = proposal.parse().unwrap();
    let client = BrokerClient::new(&world.app.broker_socket);
    let scope = Scope::Session(world::session_hash(&world.owner));
    let mut each = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let begun = Instant::now();
        client.call(&scope, Call::Show { proposal }).await.unwrap();
        each.push(begun.elapsed());
    }
    each.sort_unstable();
    let at = |share: usize| each[(each.len() - 1) * share / 100].as_micros();
    println!(
        "{}",
        json!({
            "keeper": name, "keys": done, "seconds": rotated.as_secs_f64(),
            "median_us": at(50), "p99_us": at(99),
        })
    );
    world.app.kill().await;
}
