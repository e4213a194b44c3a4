//! What tells one proposal from another in a list.

use super::page;
use crate::world::World;

#[tokio::test]
async fn a_row_says_what_it_is_about_to_those_who_may_see_the_request() {
    let world = World::start().await;
    let (id, _) = world.propose("Shorten the wait").await;
    let listed = world.owner.get("/api/v1/approvals").await.unwrap();
    assert_eq!(listed["approvals"][0]["subject"], "Shorten the wait");
    for path in ["/approvals", "/", &format!("/approvals/{id}")] {
        let shown = page(&world, path).await;
        assert!(
            shown.contains("Create an issue: Shorten the wait<"),
            "{path}"
        );
    }
    // The audit log tells that it was proposed, not what.
    let log = world.owner.get("/api/v1/audit/entries").await.unwrap();
    assert!(!log.to_string().contains("Shorten the wait"));
}
