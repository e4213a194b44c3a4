use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use broker::rotation::{self, RotationKind};
use broker::vault::{MasterKeyConfig, TransitLogin};
use testkit::app::{MasterKeys, Options};

use super::config::{aws, aws_by, gcp, secret, transit, transit_by};
use super::moto::Moto;
use super::server::{self, KeyServer, Mood};
use super::started;
use super::suite::{only_master_key, opens};
use crate::eventually::within;
use crate::vault::rotated;
use crate::world::World;

/// What a start says that cannot have its key; never a token.
async fn refused(config: MasterKeyConfig) -> String {
    let said = started(config, &[]).await.unwrap_err().to_string();
    for token in [server::TOKEN, server::SECRET_ID, "eyJ"] {
        assert!(!said.contains(token), "{said}");
    }
    said
}

#[tokio::test]
async fn a_start_without_its_key_says_what_to_do_by_a_stable_code() {
    let server = KeyServer::start().await;
    for mood in [
        (Mood::Status(403), "vault.keeper_denied"),
        (Mood::Status(404), "vault.key_not_found"),
        (Mood::Status(429), "vault.keeper_throttled"),
        (Mood::Status(500), "vault.keeper_failed"),
        (Mood::Status(302), "vault.keeper_failed"),
        (Mood::Disabled, "vault.key_disabled"),
        (Mood::Endless, "vault.keeper_unreachable"),
        (Mood::IgnoresContext, "vault.keeper_not_bound"),
    ] {
        server.mood(mood.0);
        for config in [transit(&server, "first"), gcp(&server, "first")] {
            let said = refused(config).await;
            assert!(said.contains(mood.1), "{mood:?}: {said}");
        }
    }
    server.mood(Mood::Honest);
    for config in [transit(&server, "third"), gcp(&server, "third")] {
        assert!(refused(config).await.contains("vault.key_not_found"));
    }
    let wrong = transit_by(&server, "first", TransitLogin::Token(secret("hvs.wrong")));
    assert!(refused(wrong).await.contains("vault.keeper_denied"));
    let gone = transit(&server, "first");
    drop(server);
    assert!(refused(gone).await.contains("vault.keeper_unreachable"));
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_given_up_within_five_seconds() {
    let server = KeyServer::start().await;
    server.mood(Mood::Silent);
    let waited = tokio::time::timeout(Duration::from_secs(6), refused(gcp(&server, "first")));
    assert!(waited.await.unwrap().contains("vault.keeper_unreachable"));
}

#[tokio::test]
async fn aws_refuses_a_wrong_signature_a_missing_permission_and_an_unknown_key() {
    let moto = Moto::start();
    started(aws(&moto, "first"), &[]).await.unwrap();
    let said = refused(aws_by(&moto, "first", "another access key")).await;
    assert!(said.contains("vault.keeper_denied"), "{said}");
    let no_decrypt = Moto::allowing(&["kms:Encrypt"]);
    let said = refused(aws(&no_decrypt, "first")).await;
    assert!(said.contains("vault.keeper_denied"), "{said}");
    let mut unknown = aws(&moto, "first");
    if let MasterKeyConfig::Keeper(config) = &mut unknown
        && let broker::vault::ServiceConfig::Aws(aws) = &mut config.service
    {
        aws.arn = aws.arn.replace("key/", "key/0");
    }
    let said = refused(unknown).await;
    assert!(said.contains("vault.key_not_found"), "{said}");
}

#[tokio::test]
async fn a_start_names_the_key_that_no_entry_has() {
    let server = KeyServer::start().await;
    let in_use = ["transit:transit/second:v1".to_owned()];
    let said = started(transit(&server, "first"), &in_use)
        .await
        .unwrap_err();
    let said = said.to_string();
    assert!(
        said.contains(&in_use[0]) && said.contains("transit:transit/first"),
        "{said}"
    );
}

#[tokio::test]
async fn a_role_logs_in_again_when_its_token_has_ended_and_a_busy_service_is_asked_again() {
    let server = KeyServer::start().await;
    let role = |secret_id: &str| TransitLogin::AppRole {
        mount: "approle".to_owned(),
        role_id: server::ROLE.to_owned(),
        secret_id: secret(secret_id),
    };
    let wrong = refused(transit_by(&server, "first", role("wrong"))).await;
    assert!(wrong.contains("vault.keeper_denied"), "{wrong}");
    server.mood(Mood::Busy(1));
    started(transit_by(&server, "first", role(server::SECRET_ID)), &[])
        .await
        .unwrap();
    let server = Arc::new(server);
    let kept = Arc::clone(&server);
    let mut world = world(move |_| {
        vec![transit_by(
            &kept,
            "first",
            TransitLogin::AppRole {
                mount: "approle".to_owned(),
                role_id: server::ROLE.to_owned(),
                secret_id: secret(server::SECRET_ID),
            },
        )]
    })
    .await;
    let proposal = world.propose("Sealed").await;
    server.end_tokens();
    world.app.kill().await;
    world.app.restart().await;
    assert!(opens(&world, &proposal).await);
}

async fn world(keys: impl Fn(&Path) -> Vec<MasterKeyConfig> + Send + Sync + 'static) -> World {
    World::start_with(Options {
        master_keys: Some(MasterKeys::new(keys)),
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn what_is_open_stays_open_through_an_outage_and_nothing_is_lost_by_it() {
    let server = Arc::new(KeyServer::start().await);
    let kept = Arc::clone(&server);
    let mut world = world(move |_| vec![transit(&kept, "first")]).await;
    let proposal = world.propose("Sealed").await;
    let before = server.calls();
    assert!(opens(&world, &proposal).await);
    assert_eq!(
        server.calls(),
        before,
        "an open data key was asked for again"
    );
    server.mood(Mood::Status(503));
    assert!(opens(&world, &proposal).await);
    assert!(opens(&world, &world.propose("Sealed meanwhile").await).await);
    // A data key whose row is gone is of no use, though it is open.
    world
        .fate("create table public.kept as select * from broker.data_keys")
        .await;
    world
        .fate("update broker.data_keys set wrapped = 'vault:v1:' where purpose = 'approvals'")
        .await;
    assert!(!opens(&world, &proposal).await);
    world
        .fate(
            "update broker.data_keys d set wrapped = k.wrapped from public.kept k where k.org_id = d.org_id and k.id = d.id",
        )
        .await;
    server.mood(Mood::Honest);
    world.app.kill().await;
    world.app.restart().await;
    server.mood(Mood::Status(503));
    let asked = server.calls();
    assert!(!opens(&world, &proposal).await);
    assert!(server.calls() > asked);
    // For a moment it is not asked again, and nobody waits for it.
    let asked = server.calls();
    assert!(!opens(&world, &proposal).await);
    assert_eq!(server.calls(), asked, "it was asked while it was away");
    server.mood(Mood::Honest);
    within(Duration::from_secs(10), "it opens again", async || {
        opens(&world, &proposal).await.then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_rotation_waits_for_a_service_that_is_away_and_goes_on_by_itself() {
    let server = Arc::new(KeyServer::start().await);
    let kept = Arc::clone(&server);
    let world = world(move |_| vec![transit(&kept, "first")]).await;
    let proposal = world.propose("Sealed").await;
    let (broker, verifier) = (
        world.app.db("countersign_broker"),
        world.app.db("countersign_verifier"),
    );
    // There is nothing to rotate to.
    let ended = rotated(&world.app, RotationKind::MasterKey).await;
    assert!(ended.failure.unwrap().contains("vault.no_new_key"));
    server.rotate("first");
    let (id, _) = rotation::ask(&verifier, RotationKind::MasterKey)
        .await
        .unwrap();
    within(Duration::from_secs(20), "it has begun", async || {
        let now = rotation::look(&broker, id).await.unwrap().unwrap();
        now.master_key
    })
    .await;
    server.mood(Mood::Status(503));
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.mood(Mood::Honest);
    let ended = crate::vault::over(&broker, id).await;
    assert_eq!((ended.failure, ended.keys_left), (None, Vec::new()));
    assert_eq!(
        ended.master_key.as_deref(),
        Some("transit:transit/first:v2")
    );
    assert_eq!(only_master_key(&world).await, "transit:transit/first:v2");
    assert!(opens(&world, &proposal).await);
    // A version that nobody has rotated to wraps nothing yet.
    server.rotate("first");
    crate::world::signed_up(&world.app).await;
    assert!(opens(&world, &world.propose("Sealed after").await).await);
    assert_eq!(only_master_key(&world).await, "transit:transit/first:v2");
}

#[tokio::test]
async fn what_a_service_wrapped_is_opened_before_it_replaces_what_opens() {
    let server = Arc::new(KeyServer::start().await);
    let kept = Arc::clone(&server);
    let world = world(move |_| vec![transit(&kept, "first")]).await;
    let proposal = world.propose("Sealed").await;
    server.rotate("first");
    server.mood(Mood::Spoils);
    let ended = rotated(&world.app, RotationKind::MasterKey).await;
    let failure = ended.failure.unwrap();
    assert!(failure.contains("does not open again"), "{failure}");
    server.mood(Mood::Honest);
    assert_eq!(only_master_key(&world).await, "transit:transit/first:v1");
    assert!(opens(&world, &proposal).await);
}
