//! An answer that comes after the lease.

use std::time::Duration;

use reqwest::StatusCode;
use testkit::provider::Mood;

use super::{audited, job_ended, posted};
use crate::world::World;

#[tokio::test]
async fn an_answer_after_the_lease_leaves_the_outcome_to_a_person_and_the_log_says_so() {
    let world = World::start().await;
    let (id, hash) = world.propose("Late").await;
    world.provider.be(Mood::Slow(Duration::from_secs(2)));
    assert_eq!(world.approve(&id, &hash).await, StatusCode::OK);
    posted(&world.provider).await;
    // Fate makes the lease end while the app still works.
    world.fate("select approvals.sweep(0)").await;
    assert_eq!(world.settled(&id).await["state"], "unknown_outcome");
    job_ended(&world, &id).await;
    let ended = world.settled(&id).await;
    assert_eq!(ended["state"], "unknown_outcome", "{ended}");
    assert_eq!(ended["outcome"]["code"], "broker.interrupted");
    let actions = audited(&world, &id).await;
    assert_eq!(actions[0], "approvals.outcome_late");
    assert!(!actions.contains(&"approvals.executed".to_owned()));
    let path = format!("/api/v1/audit/entries?subject={id}");
    let late = &world.owner.get(&path).await.unwrap()["entries"][0]["details"];
    assert_eq!(
        (&late["state"], &late["status"]),
        (&"executed".into(), &201.into())
    );
}
