//! What admins set up, and in which order.

use super::*;

#[tokio::test]
async fn a_provider_is_tried_before_it_lets_anybody_in() {
    let mut world = World::bare().await;
    world.verify(DOMAIN).await;
    world.add_provider().await;
    let id = world.provider().await;
    // Its own door is shut, and it cannot be turned on.
    let mut visitor = Visitor::new(&world.app.url);
    let path = format!("/sign-in/sso/{id}");
    let shown = visitor.post(&path, &path, &[]).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN, "{}", shown.text);
    assert!(
        shown.text.contains("identity.provider_off"),
        "{}",
        shown.text
    );
    world
        .press(&format!("{SETTINGS}/providers/{id}/on"), &[])
        .await;
    assert!(
        world
            .owner
            .get(SETTINGS)
            .await
            .text
            .contains("Try the provider first")
    );
    // A wrong secret is found out by trying.
    world
        .press(
            &format!("{SETTINGS}/providers/{id}/secret"),
            &[("client_secret", "wrong")],
        )
        .await;
    let try_path = format!("{SETTINGS}/providers/{id}/test");
    let page = leave(&mut world.owner, SETTINGS, &try_path).await;
    let back = world.issuer.consent(&page, &colleague("owner"));
    let shown = follow(&mut world.owner, &back).await;
    assert_refused(&shown, StatusCode::BAD_GATEWAY, "identity.issuer_refused");
    world
        .press(
            &format!("{SETTINGS}/providers/{id}/secret"),
            &[("client_secret", SECRET)],
        )
        .await;
    let shown = world.try_it().await;
    for said in [
        "Works ID answered",
        "owner@works.example",
        "Nobody was signed in",
    ] {
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
    world
        .press(&format!("{SETTINGS}/providers/{id}/on"), &[])
        .await;
    drop(world.let_in(&colleague("ada")).await);
}

#[tokio::test]
async fn turned_off_it_ends_what_it_began() {
    let mut world = World::start().await;
    let mut ada = world.let_in(&colleague("ada")).await;
    let id = world.provider().await;
    let provider = format!("{SETTINGS}/providers/{id}");
    // It is not removed while it lets people in.
    world.press(&format!("{provider}/remove"), &[]).await;
    assert!(
        world
            .owner
            .get(SETTINGS)
            .await
            .text
            .contains("Turn the provider off first")
    );
    world.press(&format!("{provider}/off"), &[]).await;
    assert_eq!(ada.me().await.0, StatusCode::UNAUTHORIZED);
    world.press(&format!("{provider}/remove"), &[]).await;
    assert!(
        world
            .owner
            .get(SETTINGS)
            .await
            .text
            .contains("No provider yet")
    );
    assert_eq!(
        text(
            &world.app,
            "select count(*)::text from broker.secrets where field = 'client_secret'"
        )
        .await,
        "0"
    );
}

#[tokio::test]
async fn the_secret_is_on_no_page_and_in_no_table_in_clear() {
    let mut world = World::start().await;
    let page = world.owner.get(SETTINGS).await.text;
    assert!(
        !page.contains("the client's secret") && !page.contains("client&#39;s secret &#38; more")
    );
    let traces = text(
        &world.app,
        "select count(*)::text from broker.secrets s where position('secret & more'::bytea in s.sealed) > 0",
    );
    assert_eq!(traces.await, "0");
}

#[tokio::test]
async fn whoever_may_not_manage_the_organisation_neither_sees_nor_changes_it() {
    let world = World::start().await;
    let mut ada = world.let_in(&colleague("ada")).await;
    assert_eq!(ada.get(SETTINGS).await.status, StatusCode::FORBIDDEN);
    let id = world.provider().await;
    let mut stranger = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    for what in ["test", "on", "off", "remove"] {
        let path = format!("{SETTINGS}/providers/{id}/{what}");
        let shown = ada.post("/security", &path, &[]).await;
        assert_eq!(shown.status, StatusCode::FORBIDDEN, "{path}");
        let shown = stranger.post(SETTINGS, &path, &[]).await;
        assert_eq!(
            shown.status,
            StatusCode::NOT_FOUND,
            "{path}: {}",
            shown.text
        );
    }
    drop(world.let_in(&colleague("ada")).await);
}

#[tokio::test]
async fn a_provider_at_a_private_address_is_not_asked() {
    let mut world = World::bare().await;
    let form = [
        ("name", "Inside"),
        ("issuer", "http://169.254.169.254"),
        ("client_id", "x"),
        ("level", "none"),
    ];
    world.press(&format!("{SETTINGS}/providers"), &form).await;
    let path = format!("{SETTINGS}/providers/{}/test", world.provider().await);
    let shown = world.owner.post(SETTINGS, &path, &[]).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert!(
        world
            .owner
            .get(SETTINGS)
            .await
            .text
            .contains("cannot be asked")
    );
}
