//! What people see of their directory.

use demo::Person;
use reqwest::{Method, StatusCode};

use super::Directory;
use crate::visitor::between;
use crate::world::World;

async fn page(person: &Person, path: &str) -> String {
    let answer = person.send(Method::GET, path, None).await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.text().await.unwrap()
}

#[tokio::test]
async fn pages_say_what_to_give_a_directory_and_what_it_looks_after() {
    let world = World::start().await;
    let owner = &world.owner;
    let before = page(owner, "/settings/provisioning").await;
    assert!(
        before.contains(&format!("{}/scim/v2", world.app.url)),
        "{before}"
    );
    assert!(before.contains("There is none yet") && before.contains("Nothing yet"));
    assert!(
        page(owner, "/settings")
            .await
            .contains("/settings/provisioning")
    );
    assert!(
        page(owner, "/access/service-keys")
            .await
            .contains("people.provision")
    );
    assert!(
        !page(owner, "/access/keys")
            .await
            .contains("people.provision"),
        "of no program"
    );
    let directory = Directory::of(&world.app, owner).await;
    let bo = directory.made("bo").await;
    let team = directory.team("Support", &[&bo]).await;
    let after = page(owner, "/settings/provisioning").await;
    assert!(
        after.contains("In force: Directory") && after.contains("1 member, 1 team"),
        "{after}"
    );
    let people = page(owner, "/people").await;
    assert_eq!(people.matches("from the directory").count(), 1, "{people}");
    assert!(page(owner, "/teams").await.contains("from the directory"));
    let team = page(owner, &format!("/teams/{team}")).await;
    assert!(
        team.contains("/release") && !team.contains("/join\"") && !team.contains("/leave\""),
        "{team}"
    );
}

#[tokio::test]
async fn whom_the_directory_suspended_is_listed_until_they_are_back_or_gone() {
    let world = World::start().await;
    let owner = &world.owner;
    let directory = Directory::of(&world.app, owner).await;
    let title = "Suspended by the directory";
    let (bo, al) = (directory.made("bo").await, directory.made("al").await);
    assert!(!page(owner, "/people").await.contains(title));
    for id in [&bo, &al] {
        directory.active(id, false).await;
    }
    let people = page(owner, "/people").await;
    assert!(
        people.contains(title) && people.contains("bo Ek") && people.contains("al Ek"),
        "{people}"
    );
    directory.active(&bo, true).await;
    let people = page(owner, "/people").await;
    let listed = between(&people, title, "</section>").unwrap();
    assert!(
        !listed.contains("bo Ek") && listed.contains("al Ek"),
        "{listed}"
    );
    let path = format!("/Users/{al}");
    directory.send(Method::DELETE, &path, None).await;
    assert!(!page(owner, "/people").await.contains(title));
    // Whom people remove, the directory does not bring back.
    directory.active(&bo, false).await;
    let removed = owner
        .send(Method::DELETE, &format!("/api/v1/people/{bo}"), None)
        .await
        .unwrap();
    assert_eq!(removed.status(), StatusCode::NO_CONTENT);
    assert!(!page(owner, "/people").await.contains(title));
    let path = format!("/Users/{bo}");
    assert_eq!(
        directory.send(Method::GET, &path, None).await.status,
        StatusCode::NOT_FOUND
    );
    // Nor does another organisation see them.
    let bo = directory.made("bo").await;
    directory.active(&bo, false).await;
    let stranger = crate::world::signed_up(&world.app).await;
    assert!(!page(&stranger, "/people").await.contains(title));
}
