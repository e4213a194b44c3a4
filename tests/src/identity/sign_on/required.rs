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
