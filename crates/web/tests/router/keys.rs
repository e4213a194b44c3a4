//! API keys at the door: how often they may ask, and what is kept of their use (AC-08, ID-10).

use std::num::NonZeroU32;

use web::{Rule, Throttles};

use crate::api::key;
use crate::support::{front, front_with};

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_how_long_to_wait_and_no_other_is() {
    let throttles = Throttles::new(Rule::NONE, Rule::NONE, Rule::NONE);
    let front = front_with(throttles.per_key(NonZeroU32::new(5))).await;
    let mut ada = front.owner("ada").await;
    let mut busy = key(&mut ada, &front, &["insight.read"]).await;
    let mut quiet = key(&mut ada, &front, &["insight.read"]).await;
    for _ in 0..4 {
        assert_eq!(busy.get(&front, "/api/v1/logs").await.status, 200);
    }
    // What is refused was asked all the same.
    assert_eq!(busy.get(&front, "/api/v1/people").await.status, 403);
    let told = busy.get(&front, "/api/v1/logs").await;
    assert_eq!(
        (told.status.as_u16(), told.code().as_str()),
        (429, "access.too_many_requests")
    );
    assert_eq!(told.header("retry-after"), "1");
    assert_eq!(quiet.get(&front, "/api/v1/logs").await.status, 200);
    // People at browsers are not counted by key.
    for _ in 0..10 {
        assert_eq!(ada.get(&front, "/api/v1/logs").await.status, 200);
    }
}

#[tokio::test]
async fn a_use_is_written_down_later_and_kept_until_it_is() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut program = key(&mut ada, &front, &["insight.read"]).await;
    assert_eq!(program.get(&front, "/api/v1/logs").await.status, 200);
    let keys = ada.get(&front, "/api/v1/api-keys").await.json();
    assert!(keys[0]["last_used_at"].is_null(), "a read wrote");
    front
        .fate("revoke execute on function access.note_use(bytea[]) from countersign_front")
        .await;
    web::flush_uses(&front.state).await;
    let keys = ada.get(&front, "/api/v1/api-keys").await.json();
    assert!(keys[0]["last_used_at"].is_null());
    front
        .fate("grant execute on function access.note_use(bytea[]) to countersign_front")
        .await;
    web::flush_uses(&front.state).await;
    let keys = ada.get(&front, "/api/v1/api-keys").await.json();
    assert!(keys[0]["last_used_at"].is_string());
}
