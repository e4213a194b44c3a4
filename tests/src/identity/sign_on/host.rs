//! Where a link to this server brings people: an organisation says where its provider is and what it is called, and
//! anybody makes an organisation.

use super::*;

/// The provider's door, and what comes of pressing its button.
async fn enter(world: &World) -> (Shown, Shown) {
    let mut visitor = Visitor::new(&world.app.url);
    let path = format!("/sign-in/sso/{}", world.provider().await);
    let door = visitor.get(&path).await;
    assert_eq!(door.status, StatusCode::OK, "{}", door.text);
    let gone = visitor.post_shown(&door, &path, &[]).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
    (door, gone)
}

#[tokio::test]
async fn a_link_of_an_organisation_without_a_domain_sends_nobody_anywhere_by_itself() {
    let mut world = World::bare().await;
    world.add_provider().await;
    world.try_it().await;
    world.turn_on().await;
    let (door, gone) = enter(&world).await;
    let host = host_of(&world.issuer.url);
    assert!(door.text.contains(&host), "{}", door.text);
    assert!(
        door.text
            .contains("not shown that any mail domain is its own"),
        "{}",
        door.text
    );
    assert!(gone.text.contains(&host), "{}", gone.text);
    assert!(gone.text.contains("if you know that host"), "{}", gone.text);
    assert_eq!((door.refresh.as_str(), gone.refresh.as_str()), ("", ""));
}

#[tokio::test]
async fn who_has_read_the_host_or_typed_an_address_of_the_domain_is_sent_there() {
    let world = World::start().await;
    let (door, gone) = enter(&world).await;
    assert!(
        door.text.contains(&host_of(&world.issuer.url)),
        "{}",
        door.text
    );
    assert!(!door.text.contains("not shown that any"), "{}", door.text);
    let there = format!("0; url={}/", world.issuer.url);
    assert_eq!(door.refresh, "");
    assert!(gone.refresh.starts_with(&there), "{}", gone.refresh);
    let mut visitor = Visitor::new(&world.app.url);
    let form = [("email", "ada@works.example"), ("next", "/")];
    let gone = visitor.post("/sign-in/sso", "/sign-in/sso", &form).await;
    assert!(gone.refresh.starts_with(&there), "{}", gone.refresh);
}

#[tokio::test]
async fn a_provider_that_sends_people_on_to_another_host_has_them_asked() {
    let mut world = World::bare().await;
    let elsewhere = "https://elsewhere.example/authorize";
    world
        .issuer
        .plan(|plan| plan.metadata = json!({ "authorization_endpoint": elsewhere }));
    world.verify(DOMAIN).await;
    world.add_provider().await;
    world.try_it().await;
    world.turn_on().await;
    let (door, gone) = enter(&world).await;
    assert!(
        door.text.contains(&host_of(&world.issuer.url)),
        "{}",
        door.text
    );
    assert_eq!(gone.refresh, "");
    assert!(gone.text.contains("elsewhere.example"), "{}", gone.text);
    assert!(gone.text.contains("if you know that host"), "{}", gone.text);
    // Who links it has not read the host on the page before.
    let path = format!("/security/provider/{}/link", world.provider().await);
    let gone = world.owner.post("/security", &path, &[]).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
    assert_eq!(gone.refresh, "");
}
