//! How fast files go into the place where they are kept, and come out of it: through the broker's socket, sealed and
//! opened by its engine, in a folder and in a bucket. CPU time is that of the whole process: the broker, whoever sends
//! and takes, and nothing of the database or of the bucket's server.
//!
//! Prints one line of JSON for each; `bench/files.sh` shows them. Usage: files FOLDER [MIB]

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
    pub(crate) mod moto;
}
#[path = "../src/providers"]
mod providers {
    #[expect(dead_code, reason = "the bench needs a part of what tests begin with")]
    pub(crate) mod node;
}
#[path = "../src/world.rs"]
#[expect(dead_code, reason = "the bench needs a part of what tests begin with")]
mod world;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use broker::egress::SystemLookup;
use broker::files::{BucketConfig, FileName, FileStore, Spare};
use broker::socket::BrokerClient;
use keepers::moto::Moto;
use kernel::{Chance as _, FileId, LogId, Scope, Secret, SystemRng};
use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::app::{Files, Options};
use world::World;

const ROUNDS: usize = 3;
/// What the front sends at once.
const PIECE_BYTES: usize = 64 * 1024;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap());
    let mib = arguments.next().map_or(256, |text| text.parse().unwrap());
    let in_folder = move |_| FileStore::folder(folder.clone(), Spare::Usual).unwrap();
    measure("folder", mib, Files::new(in_folder)).await;
    let moto = Moto::allowing(&["s3:*"]);
    let in_bucket = move |_| {
        let config = BucketConfig {
            origin: moto.url().parse().unwrap(),
            authorities: Vec::new(),
            bucket: "countersign-files".to_owned(),
            region: "eu-central-1".to_owned(),
            prefix: String::new(),
            access_key_id: moto.id.clone(),
            secret_access_key: Secret::new(moto.secret.clone()),
            session_token: None,
        };
        FileStore::bucket(config, Arc::new(SystemLookup)).unwrap()
    };
    measure("bucket (moto)", mib, Files::new(in_bucket)).await;
}

async fn measure(name: &str, mib: usize, files: Files) {
    let options = Options {
        files: Some(files),
        ..Options::default()
    };
    let mut world = World::start_with(options).await;
    let client = BrokerClient::new(&world.app.broker_socket);
    let scope = Scope::Session(world::session_hash(&world.owner));
    let mut piece = vec![0; PIECE_BYTES];
    SystemRng.fill(&mut piece);
    let pieces = mib * (1 << 20) / PIECE_BYTES;
    let (mut put, mut got) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let form = json!({ "name": format!("Round {round}") });
        let log = world
            .owner
            .write(Method::POST, "/api/v1/logs", &form, StatusCode::CREATED);
        let log = log.await.unwrap();
        let log: LogId = log["id"].as_str().unwrap().parse().unwrap();
        let began = Began::now();
        let file = write(&client, &scope, log, (&piece, pieces)).await;
        put.push(began.ended());
        let began = Began::now();
        let size_bytes = (pieces * PIECE_BYTES) as u64;
        let taken = client.get_file(&scope, file, (0, size_bytes));
        let mut taken = taken.await.unwrap();
        let mut bytes = 0;
        while let Some(some) = taken.next().await.unwrap() {
            bytes += some.len() as u64;
        }
        assert_eq!(bytes, size_bytes);
        got.push(began.ended());
    }
    for (what, mut times) in [("put", put), ("get", got)] {
        times.sort_unstable();
        let (wall, cpu) = times[ROUNDS / 2];
        let line = json!({
            "place": name, "what": what, "mib": mib,
            "seconds": wall.as_secs_f64(), "cpu_seconds": cpu.as_secs_f64(),
        });
        println!("{line}");
    }
    world.app.kill().await;
}

async fn write(
    client: &BrokerClient,
    scope: &Scope,
    log: LogId,
    (piece, pieces): (&[u8], usize),
) -> FileId {
    let sending = client.put_file(scope, log, FileName::of("bench.csv"));
    let mut sending = sending.await.unwrap();
    for _ in 0..pieces {
        sending.write(piece).await.unwrap();
    }
    sending.finish().await.unwrap()
}

struct Began {
    at: Instant,
    cpu: Duration,
}

impl Began {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            cpu: cpu(),
        }
    }

    fn ended(&self) -> (Duration, Duration) {
        (self.at.elapsed(), cpu().saturating_sub(self.cpu))
    }
}

/// What this process has used so far.
fn cpu() -> Duration {
    let told = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let whole = Duration::from_secs(told.tv_sec.try_into().unwrap());
    whole + Duration::from_nanos(told.tv_nsec.try_into().unwrap())
}
