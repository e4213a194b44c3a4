//! An organisation that asks its people to come by its provider.

use super::*;

#[tokio::test]
async fn other_sessions_act_in_it_no_more_but_its_owners() {
    let mut world = World::start().await;
    drop(world.let_in(&colleague("ada")).await);
    // Ada sets a password of her own.
    let mut ada = Visitor::new(&world.app.url);
    set_password(&world.app, "ada@works.example").await;
    let shown = ada.sign_in("ada@works.example", PASSWORD).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(ada.me().await.0, StatusCode::OK);
    world
        .press(&format!("{SETTINGS}/required"), &[("required", "yes")])
        .await;
    let (status, problem) = ada.me().await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::FORBIDDEN, &json!("identity.no_organisation"))
    );
    let page = ada.get("/organisations").await.text;
    assert!(page.contains("Asks for its own single sign-on"), "{page}");
    assert!(
        page.contains(&format!("/sign-in/sso/{}", world.provider().await)),
        "{page}"
    );
    // Owners go on; the provider's sessions too.
    assert_eq!(world.owner.me().await.0, StatusCode::OK);
    world
        .press(&format!("{SETTINGS}/required"), &[("required", "no")])
        .await;
    assert_eq!(ada.me().await.0, StatusCode::OK);
}

#[tokio::test]
async fn whoever_the_provider_does_not_know_yet_links_it_from_outside() {
    let mut world = World::start().await;
    drop(world.let_in(&colleague("ada")).await);
    set_password(&world.app, "ada@works.example").await;
    let join = "insert into identity.memberships (org_id, user_id, role, level)
        select p.org_id, u.id, 'PARTICIPANT', 40 from identity.providers p, identity.users u where u.email = '";
    let email = unused_address();
    let mut invited = Visitor::sign_up(&world.app, &email, PASSWORD).await;
    assert_eq!(fate(&world.app, &format!("{join}{email}'")).await, 1);
    // The provider has never meant her, as far as this server knows.
    fate(&world.app, "delete from identity.provider_identities").await;
    world
        .press(&format!("{SETTINGS}/required"), &[("required", "yes")])
        .await;
    let mut ada = Visitor::new(&world.app.url);
    ada.sign_in("ada@works.example", PASSWORD).await;
    let id = world.provider().await;
    // One is in no other organisation, and the other in one of their own.
    for (visitor, subject) in [(&mut ada, "ada"), (&mut invited, "invited")] {
        let page = visitor.get("/organisations").await.text;
        assert!(page.contains("which does not know you yet"), "{page}");
        let link = format!("/organisations/provider/{id}/link");
        let page = leave(visitor, "/organisations", &link).await;
        let shown = follow(visitor, &world.issuer.consent(&page, &colleague(subject))).await;
        assert_eq!(
            shown.location,
            format!("/sign-in/sso/{id}"),
            "{}",
            shown.text
        );
        let (mut there, shown) = world.come_back(&colleague(subject)).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
        assert_eq!(there.me().await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn nobody_links_a_provider_of_an_organisation_that_they_are_not_in() {
    let mut world = World::start().await;
    world
        .press(&format!("{SETTINGS}/required"), &[("required", "yes")])
        .await;
    let mut stranger = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    let link = format!("/organisations/provider/{}/link", world.provider().await);
    let shown = stranger.post("/organisations", &link, &[]).await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND, "{}", shown.text);
}

/// Sets a password by a mailed link, as whoever has the mailbox.
async fn set_password(app: &TestApp, email: &str) {
    let reader = demo::Person::sign_up(&app.url, &unused_address(), PASSWORD)
        .await
        .unwrap();
    let mut visitor = Visitor::new(&app.url);
    let ask = "/forgot-password";
    visitor.post(ask, ask, &[("email", email)]).await;
    let start = "/reset-password?token=";
    let link = reader.mailed_link(email, start).await.unwrap();
    let token = link.strip_prefix(start).unwrap();
    let fields = [("token", token), ("password", PASSWORD)];
    let shown = visitor.post(ask, "/reset-password", &fields).await;
    assert!(!shown.status.is_client_error(), "{}", shown.text);
}
