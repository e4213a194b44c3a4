//! Every proposal can be found, however many there are.

use super::page;
use crate::world::{World, decide};

/// The identifiers of a list, page by page.
async fn paged(world: &World, state: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut before = String::new();
    loop {
        let path = format!("/api/v1/approvals?limit=2&state={state}{before}");
        let answered = world.owner.get(&path).await.unwrap();
        let rows = answered["approvals"].as_array().unwrap();
        let ids = rows
            .iter()
            .map(|row| row["id"].as_str().unwrap().to_owned());
        pages.push(ids.collect());
        let Some(next) = answered["next"].as_str() else {
            return pages;
        };
        before = format!("&before={next}");
    }
}

#[tokio::test]
async fn what_expires_next_is_first_and_the_last_page_is_reached() {
    let world = World::start().await;
    let mut proposed = Vec::new();
    for n in 0..5 {
        proposed.push(world.propose(&format!("Number {n}")).await);
    }
    let ids: Vec<String> = proposed.iter().map(|(id, _)| id.clone()).collect();
    let waiting = paged(&world, "waiting").await;
    assert_eq!(waiting.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(waiting.concat(), ids, "the first proposed expires first");
    // The page and the overview begin with the same.
    for path in ["/approvals", "/"] {
        let shown = page(&world, path).await;
        let places = ids.iter().map(|id| shown.find(&format!("/approvals/{id}")));
        let found: Vec<usize> = places.flatten().collect();
        assert!(found.len() >= 3 && found.is_sorted(), "{path}: {found:?}");
        assert!(shown.contains(&format!("/approvals/{}", ids[0])), "{path}");
    }
    let behind = format!("/approvals?waiting_before={}", ids[3]);
    let shown = page(&world, &behind).await;
    assert!(shown.contains(&ids[4]) && !shown.contains(&format!("/approvals/{}\"", ids[0])));
    for (id, hash) in &proposed {
        decide(&world.owner, id, "reject", hash).await;
    }
    let newest_first: Vec<String> = ids.into_iter().rev().collect();
    assert_eq!(paged(&world, "settled").await.concat(), newest_first);
    assert_eq!(paged(&world, "waiting").await, [Vec::<String>::new()]);
}
