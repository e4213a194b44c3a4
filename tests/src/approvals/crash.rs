//! The broker dies between claim and answer.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use testkit::provider::Mood;

use super::{job_ended, posted};
use crate::world::World;

#[tokio::test]
async fn a_broker_that_dies_while_sending_leaves_an_unknown_outcome_and_sends_nothing_twice() {
    let mut world = World::start().await;
    let (id, hash) = world.propose("Killed in the middle").await;
    world.provider.be(Mood::Slow(Duration::from_mins(1)));
    assert_eq!(world.approve(&id, &hash).await, StatusCode::OK);
    posted(&world.provider).await;
    world.app.kill().await;
    world.provider.be(Mood::Honest);
    // The lease of the dead broker runs out.
    world
        .fate("alter table approvals.proposals disable trigger proposals_transition")
        .await;
    world
        .fate("update approvals.proposals set state_changed_at = now() - interval '10 minutes'")
        .await;
    world
        .fate("alter table approvals.proposals enable trigger proposals_transition")
        .await;
    world.fate("update jobs.jobs set lease_until = now() - interval '1 minute' where state = 'running'").await;
    world.app.restart().await;
    let ended = world.settled(&id).await;
    assert_eq!(ended["state"], "unknown_outcome", "{ended}");
    assert_eq!(ended["outcome"]["code"], "broker.interrupted");
    // The job is claimed again, and finds nothing to claim.
    job_ended(&world, &id).await;
    assert_eq!(world.provider.seen(&Method::POST).len(), 1);
}
