use std::path::Path;
use std::sync::Arc;

use broker::rotation::{self, RotationKind};
use broker::vault::MasterKeyConfig;
use reqwest::Method;
use serde_json::Value;
use testkit::app::{MasterKeys, Options};
use trust::Status;

use super::config::{aws, gcp, transit};
use super::moto::Moto;
use super::server::KeyServer;
use crate::controls::{evidence, instance};
use crate::vault::rotated;
use crate::world::World;

type Config = Arc<dyn Fn(&str, &Path) -> MasterKeyConfig + Send + Sync>;

#[tokio::test]
async fn all_of_it_holds_with_a_file() {
    let config: Config = Arc::new(|_, file| MasterKeyConfig::File(file.to_owned()));
    holds("file:", "file:0000000000000000", config).await;
}

#[tokio::test]
async fn all_of_it_holds_with_vault_transit() {
    let server = KeyServer::start().await;
    let config: Config = Arc::new(move |key, _| transit(&server, key));
    holds("transit:", "transit:transit/second:v1", config).await;
}

#[tokio::test]
async fn all_of_it_holds_with_aws_kms() {
    let moto = Moto::start();
    let second = format!("aws:{}", moto.arn("second"));
    let config: Config = Arc::new(move |key, _| aws(&moto, key));
    holds("aws:", &second, config).await;
}

#[tokio::test]
async fn all_of_it_holds_with_google_cloud_kms() {
    let server = KeyServer::start().await;
    let second = format!("gcp:{}second:v1", super::server::GCP_KEY);
    let config: Config = Arc::new(move |key, _| gcp(&server, key));
    holds("gcp:", &second, config).await;
}

/// The master keys of a list of names, in order.
fn keys(config: &Config, names: &'static [&'static str]) -> MasterKeys {
    let config = Arc::clone(config);
    MasterKeys::new(move |file| {
        let key = |name: &&str| match *name {
            "file" => MasterKeyConfig::File(file.to_owned()),
            name => config(name, file),
        };
        let mut all: Vec<MasterKeyConfig> = names.iter().map(key).collect();
        // Where they are all one file.
        let mut files = 0;
        all.retain(|one| {
            !matches!(one, MasterKeyConfig::File(_)) || {
                files += 1;
                files == 1
            }
        });
        all
    })
}

async fn holds(prefix: &str, second: &str, config: Config) {
    let mut world = World::start_with(Options {
        master_keys: Some(keys(&config, &["first"])),
        ..Options::default()
    })
    .await;
    let proposal = world.propose("Sealed").await;
    assert!(opens(&world, &proposal).await);
    let first = only_master_key(&world).await;
    assert!(first.starts_with(prefix), "{first}");

    let control = evidence(instance(&world.app), "broker.envelope").await;
    assert_eq!(control.status, Status::Pass, "{control:?}");
    assert!(control.evidence.contains(&first), "{control:?}");

    // A restart has it open again: nothing of it was in memory alone.
    world.app.kill().await;
    world.app.restart().await;
    assert!(opens(&world, &proposal).await);

    // Another key beside it, which has wrapped nothing.
    world
        .app
        .restart_with(keys(&config, &["second", "first"]))
        .await;
    assert!(opens(&world, &proposal).await);
    for (attack, statement) in attacks(second) {
        world
            .fate("create table public.kept as select * from broker.data_keys")
            .await;
        assert!(world.fate(&statement).await > 0, "{attack}");
        assert!(!opens(&world, &proposal).await, "{attack}");
        world
            .fate(
                "update broker.data_keys d set wrapped_by = k.wrapped_by, wrapped = k.wrapped from public.kept k
                  where k.org_id = d.org_id and k.id = d.id;
                 drop table public.kept",
            )
            .await;
        assert!(opens(&world, &proposal).await, "{attack}");
    }

    // To the other key, to a file, and back.
    for (names, alone, to) in [
        (&["second", "first"][..], &["second"][..], prefix),
        (&["file", "second"], &["file"], "file:"),
        (&["first", "file"], &["first"], prefix),
    ] {
        let before = only_master_key(&world).await;
        world.app.restart_with(keys(&config, names)).await;
        let ended = rotated(&world.app, RotationKind::MasterKey).await;
        assert_eq!((ended.failure, ended.keys_left), (None, Vec::new()));
        let now = only_master_key(&world).await;
        assert!(now != before && now.starts_with(to), "{before} {now}");
        world.app.restart_with(keys(&config, alone)).await;
        assert!(opens(&world, &proposal).await, "{now}");
        assert!(opens(&world, &world.propose("Sealed after").await).await);
        assert_eq!(only_master_key(&world).await, now);
    }
    let ended = crate::vault::data_keys_rotated(&world.app).await;
    assert_eq!((ended.failure, ended.keys_left), (None, Vec::new()));
    assert!(opens(&world, &proposal).await);
}

/// What somebody does who can write to the database.
fn attacks(second: &str) -> Vec<(&'static str, String)> {
    let of =
        |what: &str| format!("update broker.data_keys d set {what} where d.purpose = 'approvals'");
    vec![
        (
            "the key of another purpose",
            "update broker.data_keys d set wrapped_by = o.wrapped_by, wrapped = o.wrapped from broker.data_keys o
              where d.purpose = 'approvals' and o.org_id = d.org_id and o.purpose = 'integration_tokens'"
                .to_owned(),
        ),
        (
            "the key of another owner",
            of("wrapped_by = s.wrapped_by, wrapped = s.wrapped from broker.server_keys s")
                .replace(" where ", " where s.retired_at is null and "),
        ),
        (
            "an altered key",
            of("wrapped = set_byte(wrapped, length(wrapped) - 5, get_byte(wrapped, length(wrapped) - 5) # 1)"),
        ),
        ("another master key's name", of(&format!("wrapped_by = '{second}'"))),
        ("no master key's name", of("wrapped_by = 'aws:nobody'")),
    ]
}

/// Whether a person is shown what the broker opens.
pub(super) async fn opens(world: &World, proposal: &(String, Value)) -> bool {
    let path = format!("/approvals/{}", proposal.0);
    let answer = world.owner.send(Method::GET, &path, None).await.unwrap();
    let html = answer.text().await.unwrap();
    html.contains("id=\"hashed-document\"") && html.contains(proposal.1.as_str().unwrap())
}

/// The one master key that wraps every data key.
pub(super) async fn only_master_key(world: &World) -> String {
    let uses = rotation::uses(&world.app.db("countersign_broker"))
        .await
        .unwrap();
    let [only] = &uses[..] else {
        panic!("more than one wraps: {uses:?}");
    };
    only.master_key.clone()
}
