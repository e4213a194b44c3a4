//! AG-02: one payload, one target, one use.

use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::job_ended;
use crate::world::{World, decide, propose, signed_up};

#[tokio::test]
async fn an_approved_write_arrives_once_with_the_approvals_id_as_its_idempotency_key() {
    let world = World::start().await;
    let (id, hash) = world.propose("One ticket").await;
    assert_eq!(world.approve(&id, &hash).await, StatusCode::OK);
    let ended = world.settled(&id).await;
    assert_eq!(ended["state"], "executed", "{ended}");
    let arrived = world.provider.seen(&Method::POST);
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].headers["idempotency-key"], id.as_str());
    assert_eq!(arrived[0].body, r#"{"title":"One ticket"}"#);
}

#[tokio::test]
async fn a_second_use_of_an_approval_is_refused() {
    let world = World::start().await;
    let (id, hash) = world.propose("Once").await;
    assert_eq!(world.approve(&id, &hash).await, StatusCode::OK);
    job_ended(&world, &id).await;
    assert_eq!(world.settled(&id).await["state"], "executed");
    assert_eq!(world.approve(&id, &hash).await, StatusCode::CONFLICT);
    // The job is put back, as a confused operator might: the claim finds nothing to claim.
    world
        .fate(
            "update jobs.jobs set state = 'ready', run_at = now() where kind = 'approvals.execute'",
        )
        .await;
    world.fate("notify countersign_jobs, 'broker'").await;
    job_ended(&world, &id).await;
    assert_eq!(world.provider.seen(&Method::POST).len(), 1);
}

#[tokio::test]
async fn a_decision_about_another_hash_than_was_proposed_is_refused() {
    let world = World::start().await;
    let (id, _) = world.propose("Shown").await;
    let other = json!("00".repeat(32));
    assert_eq!(world.approve(&id, &other).await, StatusCode::CONFLICT);
    let proposal = world
        .owner
        .get(&format!("/api/v1/approvals/{id}"))
        .await
        .unwrap();
    assert_eq!(proposal["state"], "waiting");
    assert!(world.provider.seen(&Method::POST).is_empty());
}

#[tokio::test]
async fn a_late_use_is_refused() {
    let world = World::start().await;
    let (id, hash) = world.propose("Late").await;
    world
        .fate("alter table approvals.proposals disable trigger proposals_transition")
        .await;
    world
        .fate("update approvals.proposals set expires_at = now() - interval '1 second'")
        .await;
    world
        .fate("alter table approvals.proposals enable trigger proposals_transition")
        .await;
    assert_eq!(world.approve(&id, &hash).await, StatusCode::CONFLICT);
    assert!(world.provider.seen(&Method::POST).is_empty());
}

#[tokio::test]
async fn a_rejected_or_revoked_proposal_is_never_sent() {
    let world = World::start().await;
    let (rejected, hash) = world.propose("Rejected").await;
    assert_eq!(
        decide(&world.owner, &rejected, "reject", &hash).await,
        StatusCode::OK
    );
    assert_eq!(world.approve(&rejected, &hash).await, StatusCode::CONFLICT);
    let (revoked, hash) = world.propose("Revoked").await;
    let path = format!("/api/v1/approvals/{revoked}/revoke");
    world
        .owner
        .write(Method::POST, &path, &json!({}), StatusCode::OK)
        .await
        .unwrap();
    assert_eq!(world.approve(&revoked, &hash).await, StatusCode::CONFLICT);
    assert!(world.provider.seen(&Method::POST).is_empty());
}

#[tokio::test]
async fn a_proposal_is_revoked_by_whom_it_is_from_or_who_may_decide() {
    let world = World::start().await;
    let colleague = signed_up(&world.app).await;
    // Fate makes a colleague who may propose, not decide.
    world
        .fate(
            "with first as (select org_id, user_id from identity.memberships order by created_at limit 1),
                  moved as (insert into identity.memberships (org_id, user_id, role, level)
                            select first.org_id, m.user_id, 'PARTICIPANT', 40 from identity.memberships m, first
                             where m.user_id <> first.user_id returning user_id)
             update identity.sessions s set org_id = first.org_id from first, moved where s.user_id = moved.user_id",
        )
        .await;
    let (owners, _) = world.propose("The owner's").await;
    let (colleagues, _) = propose(&colleague, &world.writing, "The colleague's").await;
    let revoke = async |person: &Person, id: &str| {
        let path = format!("/api/v1/approvals/{id}/revoke");
        let nothing = json!({});
        let answer = person.send(Method::POST, &path, Some(&nothing)).await;
        answer.unwrap().status()
    };
    assert_eq!(revoke(&colleague, &owners).await, StatusCode::FORBIDDEN);
    assert_eq!(revoke(&colleague, &colleagues).await, StatusCode::OK);
    assert_eq!(revoke(&colleague, &colleagues).await, StatusCode::CONFLICT);
    let (colleagues, _) = propose(&colleague, &world.writing, "Another").await;
    assert_eq!(revoke(&world.owner, &colleagues).await, StatusCode::OK);
    assert_eq!(revoke(&world.owner, &owners).await, StatusCode::OK);
}

#[tokio::test]
async fn twenty_approvals_of_one_person_at_once_send_one_request() {
    let world = World::start().await;
    let (id, hash) = world.propose("Race").await;
    let races = (0..20).map(|_| world.approve(&id, &hash));
    let mut wins = 0;
    for status in futures_of(races).await {
        wins += i32::from(status == StatusCode::OK);
    }
    assert_eq!(wins, 1);
    job_ended(&world, &id).await;
    assert_eq!(world.settled(&id).await["state"], "executed");
    assert_eq!(world.provider.seen(&Method::POST).len(), 1);
}

async fn futures_of<F: Future<Output = StatusCode>>(
    races: impl IntoIterator<Item = F>,
) -> Vec<StatusCode> {
    futures_util::future::join_all(races).await
}
